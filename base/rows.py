"""Plain statements, for the few questions that every request asks.

Building and compiling a queryset costs several times what PostgreSQL needs to answer it, and
planning the answer costs as much again; where a statement never changes, it is written once and
the server keeps its plan.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


def fetch(statement: str, params: Mapping[str, Any]) -> list[Row]:
    """All rows of a constant statement with named parameters.

    The parameters travel apart from the text, so the server prepares it once a connection
    (unless the settings' prepare_threshold forbids it). Everything of Django's stands around it
    as around any cursor: wrappers, query logs, its own exceptions.
    """
    connection.ensure_connection()
    plain = psycopg.Cursor(connection.connection)
    plain.format = psycopg.pq.Format.BINARY
    with connection._prepare_cursor(plain) as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement, params)
        found: list[Row] = cursor.fetchall()
    return found


def columns_of(model: type[models.Model], alias: str) -> str:
    """The model's columns for a SELECT, in the order `from_row` expects."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def from_row(model: type[M], row: Sequence[Any]) -> M:
    return model.from_db("default", [f.attname for f in model._meta.concrete_fields], row)


def rows(model: type[M], condition: str, params: Mapping[str, Any]) -> list[M]:
    """Rows whose table, under the alias `it`, meets an SQL condition (a constant, with named
    parameters); ORDER BY may follow it."""
    table = model._meta.db_table
    statement = f'SELECT {columns_of(model, "it")} FROM "{table}" it WHERE {condition}'  # noqa: S608
    return [from_row(model, row) for row in fetch(statement, params)]
