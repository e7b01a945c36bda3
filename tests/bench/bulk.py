"""Loading by the million: rows first, indexes after."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models

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
     WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('f', 'u')
     ORDER BY contype = 'f'
"""
"""Foreign keys last: they lean on the others."""

REST = """
    UPDATE pg_index SET indisready = %(ready)s
      FROM pg_constraint
     WHERE conindid = indexrelid AND contype = 'x' AND conrelid = ANY(%(tables)s::regclass[])
"""
"""Adding an exclusion constraint asks its index for each row: 100 seconds for a million rows,
where building that index takes 9. So it stays, asleep, and VACUUM FULL builds its index anew,
trusting the rows; whoever fills the table proves that nothing in it overlaps."""


@contextmanager
def built_after(kinds: Iterable[type[models.Model]]) -> Iterator[None]:
    """Drop what slows loading (primary keys stay) and build it again when the block ends."""
    tables = [kind._meta.db_table for kind in kinds]
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(CONSTRAINTS, {"tables": tables})
        dropped = cursor.fetchall()
        cursor.execute(INDEXES, {"tables": tables})
        dropped = cursor.fetchall() + dropped
        for drop, _ in reversed(dropped):
            cursor.execute(drop)
        cursor.execute(REST, {"tables": tables, "ready": False})
        yield
        cursor.execute(REST, {"tables": tables, "ready": True})
        cursor.execute(f"VACUUM (FULL) {', '.join(tables)}")
        for _, make in dropped:
            cursor.execute(make)


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
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(rows_of._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {', '.join(given)} FROM {source}", defaults
        )
