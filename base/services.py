"""Tasks for staff: opened by what happens, ticked off by people."""

from collections.abc import Iterable
from datetime import date

from base import clock
from base.models import Task


def open_task(
    kind: Task.Kind, *, centre_id: int, about: str, due_on: date, owner_id: int | None
) -> None:
    """One open task per kind and matter; asking again changes nothing."""
    Task.objects.bulk_create(
        [
            Task(
                kind=kind,
                centre_id=centre_id,
                about=about,
                due_on=due_on,
                owner_id=owner_id,
                created_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )


def task_of_day(kind: Task.Kind, about: str, due_on: date) -> bool:
    """Whether there is, or was, such a task for that day: what somebody ticked off is not asked
    again."""
    return Task.objects.filter(kind=kind, about=about, due_on=due_on).exists()


def finish_task_about(kind: Task.Kind, about: str) -> None:
    """What the task asked for has happened."""
    Task.objects.filter(kind=kind, about=about, done_at=None).update(done_at=clock.now())


def finish_tasks_but(kind: Task.Kind, still: Iterable[str]) -> None:
    """Of this kind only these matters go on: the others have settled themselves."""
    Task.objects.filter(kind=kind, done_at=None).exclude(about__in=list(still)).update(
        done_at=clock.now()
    )


def finish_task(task: Task) -> Task:
    task.done_at = clock.now()
    task.save()
    return task
