"""The clock stands still, so that each run asks the same; and queries are counted on demand."""

import os
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from base import clock
from tests.bench import world

COUNT_HEADER = "X-Count-Queries"
"""Sent with any value, it comes back with the number of queries."""

PROCESS_HEADER = "X-Process"
"""Comes with it: who answered."""


class BenchMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with clock.frozen(world.NOW):
            if COUNT_HEADER in request.headers:
                return self.counted(request)
            return self.get_response(request)

    def counted(self, request: HttpRequest) -> HttpResponse:
        asked: list[str] = []

        def keep(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(keep):
            response = self.get_response(request)
        response[COUNT_HEADER] = str(len(asked))
        response[PROCESS_HEADER] = str(os.getpid())
        return response
