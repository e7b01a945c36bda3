"""New rows on their way to the database: gathered by model, numbered here, copied together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, TypeVar

from django.db import models

from base import bulk
from base.rows import next_ids

M = TypeVar("M", bound=models.Model)


class Ledger:
    """Rows get their ids when they are entered, so that others may name them at once."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)
        self._numbers: dict[type[models.Model], Iterator[int]] = {}

    def enter(self, one: M) -> M:
        kind = type(one)
        if kind not in self._numbers:
            self._numbers[kind] = count(next_ids(kind, 1).answer()[0])
        one.pk = next(self._numbers[kind])
        self._rows[kind].append(one)
        return one

    def enter_all(self, rows: Iterable[models.Model]) -> None:
        for one in rows:
            self.enter(one)

    def enter_known(self, one: M, *, at: datetime) -> M:
        """The row, and that it was written then (its history)."""
        self.enter(one)
        self.note(one, "+", at=at)
        return one

    def note(self, one: Any, what: str, *, at: datetime) -> None:
        """The row as it is now, for its history: `+` made, `~` changed."""
        kind: type[models.Model] = type(one)
        told = {field.attname: getattr(one, field.attname) for field in kind._meta.concrete_fields}
        self.enter(history_of(kind)(**told, history_date=at, history_type=what))

    def write(self) -> None:
        """Everything entered since the last time."""
        for rows in self._rows.values():
            if rows:
                bulk.copy(rows)
                rows.clear()

    def close(self) -> None:
        self.write()
        bulk.set_sequences(self._numbers)


@cache
def history_of(kind: type[models.Model]) -> Any:
    """The model's history. Asking for it makes a manager each time, which takes a millisecond."""
    described: Any = kind
    return described.history.model
