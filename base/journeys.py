"""Transactions that keep others waiting no longer than they must."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction

from base.rows import Question, insertion_of, plain_cursor

_waiting: ContextVar[list[Question[Any]] | None] = ContextVar("left to go", default=None)


@contextmanager
def transaction_at_once() -> Iterator[None]:
    """A transaction in which what was given to `insert_soon` leaves with the COMMIT, or before
    whatever is asked next: whoever waits for its locks waits for one journey less."""
    is_whole = not connection.in_atomic_block
    waiting: list[Question[Any]] = []
    with transaction.atomic():
        token = _waiting.set(waiting)
        try:
            with connection.execute_wrapper(after(waiting)):
                yield
        finally:
            _waiting.reset(token)
        leave(waiting, committing=is_whole)


def insert_soon(objects: Sequence[models.Model]) -> None:
    """Insert these new objects of one model unless they are there. Their ids are not known, and a
    refusal ends the transaction instead of coming from here."""
    waiting = _waiting.get()
    question = insertion_of(objects, ignore_conflicts=True)
    if waiting is None:
        question.answer()
    else:
        waiting.append(question)


def after(waiting: list[Question[Any]]) -> Callable[..., Any]:
    """Of a statement, so that none overtakes those that wait."""

    def run(execute: Callable[..., Any], *call: Any) -> Any:
        leave(waiting, committing=False)
        return execute(*call)

    return run


def leave(waiting: list[Question[Any]], *, committing: bool) -> None:
    """For one journey. Django finds the transaction committed, and asks for nothing more."""
    if not waiting:
        return
    going = [*waiting]
    waiting.clear()
    with connection.wrap_database_errors, connection.connection.pipeline():
        for question in going:
            plain_cursor().execute(question.statement, question.params)
        if committing:
            connection.connection.execute("COMMIT")
