"""Several statements for one journey to the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.abc import PQGen
from psycopg.generators import send


class OneJourney(psycopg.Pipeline):
    """The driver's own pipeline sends each statement when it comes. For each it asks the socket
    three times, and every time lets another thread have the interpreter: whoever waits for this
    one's locks waits for that as well. Here all of them leave when the block ends.

    These are the driver's own methods, named by no promise: tests/base/test_rows.py sees whether
    they still do what is said here.
    """

    def _communicate_gen(self) -> PQGen[None]:
        """Hand what was executed to libpq, which keeps it until it is told to send."""
        while self.command_queue:
            self.command_queue.popleft()()
        yield from ()

    def _sync_gen(self) -> PQGen[None]:
        """Asked for after the BEGIN that a first statement brings along, which can wait as well."""
        yield from self._communicate_gen()

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        yield from self._communicate_gen()
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)


@contextmanager
def one_journey() -> Iterator[None]:
    """What is executed within leaves together; the first error is that of the first statement that
    has one. One of these within another takes along what was executed before it."""
    django_s: Any = connections[DEFAULT_DB_ALIAS]
    django_s.ensure_connection()
    own = django_s.connection
    own._pipeline = own._pipeline or OneJourney(own)
    with django_s.wrap_database_errors, own.pipeline():
        yield
