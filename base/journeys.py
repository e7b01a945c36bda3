"""Transactions that keep others waiting no longer than they must."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from base.pipelines import one_journey
from base.rows import Question, insertion_of, sent

Refusal = Callable[[], AbstractContextManager[None]]
"""Makes the database's objection one that the caller may read."""


@dataclass
class Waiting:
    """What is left to go, and within how many savepoints its transaction is."""

    depth: int
    questions: list[tuple[Question[Any], Refusal]] = field(default_factory=list)


_waiting: ContextVar[Waiting | None] = ContextVar("left to go", default=None)


@contextmanager
def transaction_at_once() -> Iterator[None]:
    """A transaction in which what was given to `leave_soon` leaves with the COMMIT, or before
    whatever is asked next: whoever waits for its locks waits for one journey less."""
    is_whole = not connection.in_atomic_block
    with transaction.atomic():
        waiting = Waiting(depth())
        token = _waiting.set(waiting)
        try:
            with connection.execute_wrapper(after(waiting)):
                yield
        finally:
            _waiting.reset(token)
        if not connection.needs_rollback:
            leave(waiting, committing=is_whole)


def depth() -> int:
    return len(connection.savepoint_ids)


def leave_soon(question: Question[Any], *, refused: Refusal = nullcontext) -> None:
    """Write something whose answer nobody reads. `refused` stands around its refusal, which comes
    when it leaves: from here only outside of `transaction_at_once`, and within a savepoint, which
    may have to be undone alone."""
    waiting = _waiting.get()
    if waiting is None or waiting.depth < depth():
        with refused():
            question.answer()
    else:
        waiting.questions.append((question, refused))


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
    going, waiting.questions = waiting.questions, []
    if not going:
        return
    cursors: list[Any] = []
    commit = None
    try:
        with one_journey():
            cursors += [sent(question.statement, question.params) for question, _ in going]
            if committing:
                commit = connection.connection.execute("COMMIT")
    except DatabaseError:
        if commit and commit.statusmessage == "COMMIT":
            connection.close()  # the server has said so, and nothing after it
            return
        with refusal_of(going, cursors)():
            raise


def refusal_of(going: Sequence[tuple[Question[Any], Refusal]], cursors: Sequence[Any]) -> Refusal:
    """Of the one that was refused: the first without an answer."""
    unanswered = (
        refused
        for (_, refused), cursor in zip(going, cursors, strict=False)
        if cursor.pgresult is None
    )
    return next(unanswered, nullcontext)
