"""Plain statements, for the few questions that every request asks.

Building and compiling a queryset costs several times what PostgreSQL needs to answer it, and
planning the answer costs as much again; where a statement never changes, it is written once and
the server keeps its plan. Waiting for an answer costs as much as the answer: questions that do
not depend on each other go to the server together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar, overload
from uuid import UUID

import orjson
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from psycopg.types.json import Jsonb

from base.pipelines import one_journey

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
U = TypeVar("U")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
Row = tuple[Any, ...]
Params = Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True)
class Question(Generic[T]):
    """A constant statement with its parameters, and what is to be made of the rows.

    The parameters travel apart from the text, so the server prepares it once a connection
    (unless the settings' prepare_threshold forbids it).
    """

    statement: str
    params: Params
    read: Callable[[list[Row]], T]

    def answer(self) -> T:
        """Ask it alone."""
        return self.read(fetch(self.statement, self.params))

    def then(self, make: Callable[[T], U]) -> "Question[U]":
        """The same question, with something made of the answer."""
        return Question(self.statement, self.params, lambda found: make(self.read(found)))


def fetch(statement: str, params: Params) -> list[Row]:
    """All rows of a constant statement. Everything of Django's stands around it as around any
    cursor: wrappers, query logs, its own exceptions."""
    with sent(statement, params) as cursor:
        found: list[Row] = cursor.fetchall()
    return found


def stream(statement: str, params: Params, *, size: int) -> Iterator[list[Row]]:
    """The rows of a statement, so many at a time, out of one snapshot: the server keeps the rest
    until it is asked for. When the last of them are given nothing is open any more."""
    with transaction.atomic(savepoint=False), server_cursor() as cursor:
        cursor.execute(statement, params)
        found: list[Row] = cursor.fetchmany(size)
        while len(found) == size:
            yield found
            found = cursor.fetchmany(size)
    if found:
        yield found


@overload
def ask(one: Question[T1], two: Question[T2], /) -> tuple[T1, T2]: ...
@overload
def ask(one: Question[T1], two: Question[T2], three: Question[T3], /) -> tuple[T1, T2, T3]: ...
@overload
def ask(
    one: Question[T1], two: Question[T2], three: Question[T3], four: Question[T4], /
) -> tuple[T1, T2, T3, T4]: ...
@overload
def ask(*questions: Question[Any]) -> tuple[Any, ...]: ...
def ask(*questions: Question[Any]) -> tuple[Any, ...]:
    """The answers to questions that do not depend on each other, for one journey to the server.

    It answers them in turn, each on a snapshot of its own, as if they had come one by one: what
    one locks, the next reads under that lock. The answers are read in the same order, so the
    first error is that of the first question that has one.
    """
    with one_journey():
        cursors = [sent(question.statement, question.params) for question in questions]
    found = [cursor.fetchall() for cursor in cursors]
    return tuple(one.read(rows) for one, rows in zip(questions, found, strict=True))


def ask_in_one(one: Question[T1], other: Question[T2]) -> tuple[T1, T2]:
    """The same for two questions whose answer is one value: a single statement, on one snapshot.

    Where either has no row, or NULL, it reads none. Parameters of one name are the same.
    """
    statement = f"SELECT ({one.statement}), ({other.statement})"
    found = fetch(statement, {**params_of(one), **params_of(other)})[0]
    rows = [[] if value is None else [(value,)] for value in found]
    return one.read(rows[0]), other.read(rows[1])


def params_of(question: Question[Any]) -> Mapping[str, Any]:
    assert isinstance(question.params, Mapping)
    return question.params


def sent(statement: str, params: Params) -> Any:
    """The cursor of a statement that is on its way."""
    cursor = plain_cursor()
    cursor.execute(statement, with_arrays(params) if isinstance(params, Mapping) else params)
    return cursor


def with_arrays(params: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of ids and instants as PostgreSQL writes arrays: the driver takes long over each
    element."""
    return {
        name: f"{{{','.join(map(str, value))}}}"
        if type(value) is list and {*map(type, value)} <= UNQUOTED
        else value
        for name, value in params.items()
    }


UNQUOTED = {int, UUID, datetime}
"""Whose texts stand in an array as they are."""


def plain_cursor() -> Any:
    """A cursor without Django's adaptations, whose values come in PostgreSQL's binary form."""
    own: Any = connections[DEFAULT_DB_ALIAS]  # looked up once: `connection` does so at each dot
    own.ensure_connection()
    plain = psycopg.Cursor(own.connection)
    plain.format = psycopg.pq.Format.BINARY
    return own._prepare_cursor(plain)


def server_cursor() -> Any:
    """The same for a `stream`."""
    connection.ensure_connection()
    plain = psycopg.ServerCursor(connection.connection, "stream")
    plain.format = psycopg.pq.Format.BINARY
    return connection._prepare_cursor(plain)  # type: ignore[attr-defined]


def columns_of(model: type[models.Model], alias: str, *, without: str = "") -> str:
    """The model's columns for a SELECT, in the order `from_row` expects."""
    fields = (field for field in model._meta.concrete_fields if field.name != without)
    return ", ".join(f'{alias}."{field.column}"' for field in fields)


def from_row(model: type[M], row: Sequence[Any], *, without: str = "") -> M:
    """The field that it comes `without` is read when somebody asks for it.

    A model's own __init__ takes several times as long, and for plain fields comes to the same.
    """
    attributes, are_plain = attributes_of(model, without)
    if not are_plain:
        return model.from_db("default", attributes, row)
    one = model.__new__(model)
    one._state = ModelState()
    one._state.adding, one._state.db = False, "default"
    one.__dict__.update(zip(attributes, row, strict=True))
    return one


@lru_cache
def attributes_of(model: type[models.Model], without: str) -> tuple[list[str], bool]:
    """Their names, and whether each is kept as it is given."""
    names = [field.attname for field in model._meta.concrete_fields if field.name != without]
    kinds = {type(getattr(model, name)) for name in names}
    return names, kinds <= {DeferredAttribute, ForeignKeyDeferredAttribute}


def rows(model: type[M], condition: str, params: Mapping[str, Any]) -> list[M]:
    """Rows whose table, under the alias `it`, meets an SQL condition (a constant, with named
    parameters); ORDER BY may follow it."""
    return rows_where(model, condition, params).answer()


def rows_where(model: type[M], condition: str, params: Mapping[str, Any]) -> Question[list[M]]:
    """The question that `rows` asks."""
    return Question(selection(model, condition), params, partial(all_from_rows, model))


@lru_cache
def selection(model: type[models.Model], condition: str) -> str:
    table = model._meta.db_table
    return f'SELECT {columns_of(model, "it")} FROM "{table}" it WHERE {condition}'  # noqa: S608


def all_from_rows(model: type[M], found: list[Row]) -> list[M]:
    return [from_row(model, row) for row in found]


def next_ids(model: type[models.Model], count: int) -> Question[list[int]]:
    """Ids of rows that are yet to be written; nobody else gets them any more."""
    of = {"table": model._meta.db_table, "column": model._meta.pk.column, "count": count}
    return Question(NEXT, of, lambda found: [number for (number,) in found])


NEXT = """
    SELECT nextval(pg_get_serial_sequence(%(table)s, %(column)s)) FROM generate_series(1, %(count)s)
"""


def insert(objects: Sequence[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert these new objects of one model. As with bulk_create no signals are sent, and ids
    are given only when conflicts are not ignored."""
    given = insertion_of(objects, ignore_conflicts=ignore_conflicts).answer()
    if not ignore_conflicts:
        for one, (pk,) in zip(objects, given, strict=True):
            is_stored(one, pk)


def insertion_of(objects: Sequence[models.Model], *, ignore_conflicts: bool) -> Question[list[Row]]:
    """The statement of `insert`; its rows are the new ids. The values travel as JSON: the driver
    takes longer over two rows of parameters than over all of it, and one plan does for any
    number of rows."""
    rows = Jsonb([values_of(one, is_json=True) for one in objects], dumps=orjson.dumps)
    return Question(insertion(type(objects[0]), ignore_conflicts), {"rows": rows}, list)


def is_stored(one: models.Model, pk: int) -> None:
    """Tell a new object that it is a row now."""
    one.pk = pk
    one._state.adding, one._state.db = False, "default"


def values_of(one: models.Model, *, is_json: bool = False) -> dict[str, Any]:
    """What a new object's columns will hold, by column; its id apart. As parameters of a statement,
    or as they stand in JSON."""
    plain = AS_JSON if is_json else AS_IT_IS
    return {
        field.column: getattr(one, field.attname)
        if type(field) in plain
        else field.get_db_prep_save(getattr(one, field.attname), connection)
        for field in own_fields(type(one))
    }


AS_IT_IS = {models.CharField, models.BooleanField, models.UUIDField, models.DateTimeField}
"""Fields whose values the driver takes as the program has them."""

AS_JSON = {*AS_IT_IS, models.JSONField}


@lru_cache
def own_fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@lru_cache
def insertion(model: type[models.Model], ignore_conflicts: bool) -> str:
    table = model._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in own_fields(model))
    unless = "ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    return f"""
        INSERT INTO "{table}" ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", %(rows)s)
        {unless} RETURNING id
    """  # noqa: S608 - our own columns
