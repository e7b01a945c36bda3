"""The database may be away for a moment: say so, instead of failing."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout

from config import problems

DATABASE_DOWN = (OperationalError, InterfaceError, PoolTimeout)


class DatabaseDownMiddleware:
    """Answers 503 with Retry-After when PostgreSQL cannot be reached. The pool checks each
    connection before lending it, so the first request after recovery succeeds."""

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
    if request.path.startswith(("/api/", "/feeds/", "/hooks/")):
        response = problems.plain(problems.DATABASE_DOWN)
    else:
        response = render(request, "503.html", status=503)
    response["Retry-After"] = "5"
    return response
