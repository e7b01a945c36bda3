"""The HTTP interface as programs and browsers call it."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient, ForceAuthClientHandler

from people.models import User

API = "/api/v1/"


class Api:
    """The API for one caller, or for nobody: `api.post("bookings/", {...}, idempotency_key="1")`.

    Paths are relative to /api/v1/. What breaks in the program is an answer with status 500, as
    it is outside. Refusals are in English unless `language` says otherwise.
    """

    def __init__(
        self, user: User | None = None, *, language: str = "en", authorization: str = ""
    ) -> None:
        self.client = APIClient(raise_request_exception=False)
        self.client.handler = handler(ForceAuthClientHandler)
        fixed = {"HTTP_ACCEPT_LANGUAGE": language}
        if user is not None:
            authorization = f"Token {token(user)}"
        if authorization:
            fixed["HTTP_AUTHORIZATION"] = authorization
        self.client.credentials(**fixed)

    def get(self, path: str, query: dict[str, Any] | None = None) -> Response:
        return self.client.get(API + path, query or {})

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.client.post(API + path, body or {}, format="json", headers=headers)

    def patch(self, path: str, body: Any = None) -> Response:
        return self.client.patch(API + path, body or {}, format="json")

    def put(self, path: str, body: Any = None) -> Response:
        return self.client.put(API + path, body or {}, format="json")

    def delete(self, path: str) -> Response:
        return self.client.delete(API + path)

    def queries(self, path: str, query: dict[str, Any] | None = None) -> int:
        """How many statements one GET costs."""
        self.get(path, query)
        with CaptureQueriesContext(connection) as captured:
            answer = self.get(path, query)
        assert answer.status_code == 200, answer.content
        return len(captured)


def browser(user: User | None = None, *, csrf_checked: bool = False) -> Client:
    """A browser in which `user`, or nobody, is logged in."""
    client = Client(raise_request_exception=False)
    client.handler = handler(ClientHandler, csrf_checked=csrf_checked)
    if user is not None:
        client.force_login(user)
    return client


@cache
def handler(kind: type[ClientHandler], *, csrf_checked: bool = False) -> ClientHandler:
    """The program behind all clients of this process: setting it up costs a tenth of a second,
    most of it for static files, which are looked up one by one here."""
    made = kind(enforce_csrf_checks=csrf_checked)
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        made.load_middleware()
    return made


def token(user: User, *, expires_at: datetime | None = None) -> str:
    """A token, without an end unless given one: a test's clock may be years from the machine's."""
    made, text = AuthToken.objects.create(user=user, expiry=None)
    AuthToken.objects.filter(pk=made.pk).update(expiry=expires_at)
    return str(text)


def problem(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal, which must be a problem by RFC 9457."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail"} <= body.keys()
    return answer.status_code, body["code"]


def as_json(body: Any) -> str:
    return json.dumps(body, default=str)


def wire(instant: datetime) -> str:
    """An instant as a caller writes it."""
    return instant.isoformat()
