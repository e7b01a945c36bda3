"""Several deliveries at once: waiting for the operator is most of the work."""

import contextvars
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.db import connection

from notifications.models import Delivery

T = TypeVar("T")


def at_once(do: Callable[[Delivery], T], deliveries: Iterable[Delivery]) -> list[T]:
    """What comes of each, done in one of SMS_THREADS threads on a connection of its own; where
    there is but one thread or delivery, in this one. The first error is raised when all have
    ended."""
    work = list(deliveries)
    if len(work) < 2 or settings.SMS_THREADS < 2:
        return [do(one) for one in work]

    def run(one: Delivery) -> T:
        try:
            return do(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=settings.SMS_THREADS) as pool:
        begun = [pool.submit(contextvars.copy_context().run, run, one) for one in work]
    return [one.result() for one in begun]
