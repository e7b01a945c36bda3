"""Plain statements, for the few questions that every request asks.

Building and compiling a queryset costs several times what PostgreSQL needs to answer it, and
planning the answer costs as much again; where a statement never changes, it is written once and
the server keeps its plan.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


def fetch(statement: str, params: Mapping[str, Any] | Sequence[Any]) -> list[Row]:
    """All rows of a constant statement with parameters.

    They travel apart from the text, so the server prepares it once a connection (unless the
    settings' prepare_threshold forbids it). Everything of Django's stands around it as around
    any cursor: wrappers, query logs, its own exceptions.
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


def insert(objects: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert these new objects of one model. As with bulk_create no signals are sent, and ids
    are given only when conflicts are not ignored."""
    model = type(objects[0])
    values = [value for one in objects for value in values_of(one).values()]
    given = fetch(insertion(model, len(objects), ignore_conflicts), values)
    if not ignore_conflicts:
        for one, (pk,) in zip(objects, given, strict=True):
            is_stored(one, pk)


def is_stored(one: models.Model, pk: int) -> None:
    """Tell a new object that it is a row now."""
    one.pk = pk
    one._state.adding, one._state.db = False, "default"


def values_of(one: models.Model) -> dict[str, Any]:
    """What a new object's columns will hold, by column; its id apart."""
    return {
        field.column: field.get_db_prep_save(getattr(one, field.attname), connection)
        for field in own_fields(type(one))
    }


def own_fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@lru_cache
def insertion(model: type[models.Model], count: int, ignore_conflicts: bool) -> str:
    fields = own_fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    line = f"({', '.join(['%s'] * len(fields))})"
    lines = ", ".join([line] * count)
    unless = "ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {lines} {unless} RETURNING id'  # noqa: S608
