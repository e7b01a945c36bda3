"""Loading by the hundred thousand: rows first, indexes and constraints after."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Kinds = Iterable[type[models.Model]]

INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
      FROM pg_index
     WHERE indrelid = ANY(%(tables)s::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                  conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint
     WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype = ANY(%(types)s::"char"[])
     ORDER BY contype = 'f'
"""
"""Foreign keys last: they lean on the others."""

FOREIGN, UNIQUE, EXCLUSION = "f", "u", "x"


@contextmanager
def built_after(
    kinds: Kinds, *, types: Sequence[str] = (FOREIGN, UNIQUE, EXCLUSION)
) -> Iterator[None]:
    """Drop what slows loading (primary keys stay) and build it again when the block ends, which
    proves the new rows. Within a transaction it is undone with it."""
    tables = [table_of(kind) for kind in kinds]
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        settle_checks()
        cursor.execute(CONSTRAINTS, {"tables": tables, "types": list(types)})
        dropped = cursor.fetchall()
        cursor.execute(INDEXES, {"tables": tables})
        dropped = cursor.fetchall() + dropped
        for drop, _ in reversed(dropped):
            cursor.execute(drop)
        yield
        settle_checks()
        for _, make in dropped:
            cursor.execute(make)
        cursor.execute("RESET maintenance_work_mem")


def settle_checks() -> None:
    """A table with checks still pending in this transaction can be neither altered nor emptied."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def insert_select(rows_of: type[models.Model], source: str, /, **expressions: str) -> None:
    """INSERT every column SELECTed FROM `source`; what is not given is the model's default."""
    fields = [
        field
        for field in rows_of._meta.concrete_fields
        if field.name in expressions or not field.primary_key
    ]
    given = [expressions.get(field.name, "%s") for field in fields]
    defaults = [
        field.get_db_prep_save(field.get_default(), connection)
        for field in fields
        if field.name not in expressions
    ]
    columns = quoted(field.column for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table_of(rows_of)} ({columns})"  # noqa: S608 - constants
            f" SELECT {', '.join(given)} FROM {source}",
            defaults,
        )


def copy(objects: Sequence[models.Model]) -> None:
    """COPY new objects of one model with the ids they bear; `set_sequences` comes after."""
    kind, home = type(objects[0]), connections[DEFAULT_DB_ALIAS]
    fields = kind._meta.concrete_fields
    into = f"COPY {table_of(kind)} ({quoted(field.column for field in fields)}) FROM STDIN"
    with home.cursor() as cursor, cursor.copy(into) as rows:
        for one in objects:
            rows.write_row(
                [
                    field.get_db_prep_save(getattr(one, field.attname), connection)
                    for field in fields
                ]
            )


def set_sequences(kinds: Kinds) -> None:
    """Let the next rows come after those that brought ids of their own."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(kinds)):
            cursor.execute(statement)


def analyze() -> None:
    """Let the planner know what there is now, without waiting for the server to notice."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def quoted(columns: Iterable[str | None]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def table_of(kind: type[models.Model]) -> str:
    return connection.ops.quote_name(kind._meta.db_table)
