"""A pool whose connections are not asked a question before every request: looking whether the
server has said goodbye costs a hundredth of the journey to it.

A server that ends closes its sockets, and a closed socket has something to read. One that vanished
without a word is found by a real question to whatever lay idle for long; if it vanished a moment
ago, one request is answered 503 and the next one finds a new connection.
"""

import select
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

IDLE_SECONDS = 10.0
"""A connection that nobody took for so long is asked."""

taken_at: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> ConnectionPool[Any] | None:
        """The process's pool, made when it is first asked for. None where none is wanted."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if not options or self.alias == NO_DB_ALIAS:
            return None
        django_s: Any = self  # its stubs know nothing of pools
        pools: dict[str, ConnectionPool[Any]] = django_s._connection_pools
        if self.alias not in pools:
            arguments = self.get_connection_params() | {"autocommit": True}
            made = Pool(
                kwargs=arguments, open=False, configure=django_s._configure_connection, **options
            )
            pools.setdefault(self.alias, made)
        return pools[self.alias]


class Pool(ConnectionPool[Any]):
    """Where one connection is dead, the server has gone and taken the others with it. The pool
    would find them one by one, with a growing pause after each, while requests wait."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(check=self.look, **arguments)

    def look(self, connection: Connection[Any]) -> None:
        """Raises psycopg's OperationalError when the server is gone, and replaces every idle
        connection that went with it."""
        try:
            check(connection)
        except OperationalError:
            self.check()
            raise


def check(connection: Connection[Any]) -> None:
    """Raises psycopg's OperationalError when the server is gone."""
    now = monotonic()
    idle = now - taken_at.get(connection, -IDLE_SECONDS)
    taken_at[connection] = now
    if idle >= IDLE_SECONDS or has_something_to_say(connection):
        ConnectionPool.check_connection(connection)


def has_something_to_say(connection: Connection[Any]) -> bool:
    """Whether there is something to read, or an error, on a socket on which nothing is due."""
    if not hasattr(select, "poll"):
        return True  # Windows
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    return bool(watch.poll(0))
