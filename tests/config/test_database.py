"""The pool's look at a connection before it lends it."""

import select
from collections.abc import Iterator

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from config.database import base
from tests.support import clusters


def connect() -> psycopg.Connection:
    return psycopg.connect(clusters.default().admin_url, autocommit=True)


@pytest.fixture
def line() -> Iterator[psycopg.Connection]:
    with connect() as connection:
        yield connection


@pytest.fixture
def asked(monkeypatch) -> list[psycopg.Connection]:
    """The connections that are sent a question, from now on."""
    found: list[psycopg.Connection] = []
    real = ConnectionPool.check_connection

    def noted(connection: psycopg.Connection) -> None:
        found.append(connection)
        real(connection)

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(noted))
    return found


def test_a_connection_just_used_is_not_asked(line, asked):
    base.check(line)
    asked.clear()

    base.check(line)

    assert asked == []


def test_one_that_lay_idle_is_asked(line, asked, monkeypatch):
    base.check(line)
    asked.clear()
    monkeypatch.setattr(base, "monotonic", lambda: base.taken_at[line] + base.IDLE_SECONDS)

    base.check(line)

    assert asked == [line]


def test_one_whose_server_is_gone_is_refused_at_once(line):
    base.check(line)
    with connect() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [line.info.backend_pid])

    with pytest.raises(psycopg.OperationalError):
        base.check(line)


def test_a_notice_that_was_not_read_yet_is_no_reason_to_refuse(line, asked):
    line.execute("LISTEN told")
    base.check(line)
    asked.clear()
    with connect() as other:
        other.execute("NOTIFY told")
    select.select([line.fileno()], [], [], 10)  # until it has arrived

    base.check(line)

    assert asked == [line]
