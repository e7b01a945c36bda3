"""Who is calling: a knox token or the browser's session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from base import clock


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox tokens, found by digest in one query.

    The parent looks up the key, then lists the user's other tokens to delete the expired ones:
    a query and perhaps a write on every request.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        try:
            digest = hash_token(token.decode("ascii"))
        except (UnicodeDecodeError, ValueError, TypeError):
            raise exceptions.AuthenticationFailed from None
        found = AuthToken.objects.select_related("user").filter(digest=digest).first()
        if found is None or (found.expiry is not None and found.expiry <= clock.now()):
            raise exceptions.AuthenticationFailed
        return self.validate_user(found)  # type: ignore[no-any-return]


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
