"""Who is calling: a knox token or the browser's session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from base import clock
from people.credentials import Credentials, holder_of
from people.models import User
from people.requests import remember


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox tokens, found by digest in one statement.

    The parent looks up the key, then lists the user's other tokens to delete the expired ones:
    queries and perhaps a write on every request.
    """

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """The parent's answer; the roles that came with it are kept for people.requests."""
        found: tuple[User, Any] | None = super().authenticate(request)
        if found is not None:
            remember(request, found[1])
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, Credentials]:
        try:
            digest = hash_token(token.decode("ascii"))
        except (UnicodeDecodeError, ValueError, TypeError):
            raise exceptions.AuthenticationFailed from None
        found = holder_of(digest, on=clock.today())
        if found is None or not found.user.is_active:
            raise exceptions.AuthenticationFailed
        if found.expires_at is not None and found.expires_at <= clock.now():
            raise exceptions.AuthenticationFailed
        return found.user, found


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; says 401, not 403, when nobody is logged in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, from `manage.py api_token USERNAME`",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
