"""Transactions that keep others waiting no longer than they must."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction

from base.pipelines import one_journey
from base.rows import Question, insertion_of, sent

Refusal = Callable[[], AbstractContextManager[None]]
"""Makes the database's objection one that the caller may read."""

Waiting = list[tuple[Question[Any], Refusal]]

_waiting: ContextVar[Waiting | None] = ContextVar("left to go", default=None)


@contextmanager
def transaction_at_once() -> Iterator[None]:
    """A transaction in which what was given to `leave_soon` leaves with the COMMIT, or before
    whatever is asked next: whoever waits for its locks waits for one journey less."""
    is_whole = not connection.in_atomic_block
    waiting: Waiting = []
    with transaction.atomic():
        token = _waiting.set(waiting)
        try:
            with connection.execute_wrapper(after(waiting)):
                yield
        finally:
            _waiting.reset(token)
        leave(waiting, committing=is_whole)


def leave_soon(question: Question[Any], *, refused: Refusal = nullcontext) -> None:
    """Write something whose answer nobody reads. A refusal ends the transaction instead of coming
    from here: `refused` stands around the journey."""
    waiting = _waiting.get()
    if waiting is None:
        with refused():
            question.answer()
    else:
        waiting.append((question, refused))


def insert_soon(objects: Sequence[models.Model]) -> None:
    """Insert these new objects of one model unless they are there. Their ids are not known."""
    leave_soon(insertion_of(objects, ignore_conflicts=True))


def after(waiting: Waiting) -> Callable[..., Any]:
    """Of a statement, so that none overtakes those that wait."""

    def run(execute: Callable[..., Any], *call: Any) -> Any:
        leave(waiting, committing=False)
        return execute(*call)

    return run


def leave(waiting: Waiting, *, committing: bool) -> None:
    """For one journey. Django finds the transaction committed, and asks for nothing more."""
    if not waiting:
        return
    going = [*waiting]
    waiting.clear()
    with ExitStack() as around:
        for _, refused in going:
            around.enter_context(refused())
        with one_journey():
            for question, _ in going:
                sent(question.statement, question.params)
            if committing:
                connection.connection.execute("COMMIT")
