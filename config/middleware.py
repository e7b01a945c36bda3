"""The language of an answer; and what to say while the database is away."""

from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from psycopg_pool import PoolTimeout

from config import problems


class LanguageMiddleware(LocaleMiddleware):
    """Programs choose a language by Accept-Language; pages are in Bulgarian whatever language
    the browser was installed in, unless the reader's own cookie says otherwise."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path.startswith("/api/"):
            super().process_request(request)
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen in dict(settings.LANGUAGES)
        translation.activate(chosen if known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


DATABASE_DOWN = (OperationalError, InterfaceError, PoolTimeout)


class DatabaseDownMiddleware:
    """Answers 503 with Retry-After when PostgreSQL cannot be reached. The pool looks at each
    connection before lending it, and at all of them when one is dead, so the first request after a
    restart succeeds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DATABASE_DOWN):
            return None
        connection.close()
        return database_down(request)


def database_down(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/v/"):
        response = problems.neutral(503)
    elif request.path.startswith(("/api/", "/feeds/", "/public/", "/hooks/")):
        response = problems.plain(problems.DATABASE_DOWN)
    else:
        response = render(request, "503.html", status=503)
    response["Retry-After"] = "5"
    return response
