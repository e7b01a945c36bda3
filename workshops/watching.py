"""Boards that were booked and do not fit any more: somebody is ill, a clearance was withdrawn, a
horse may carry less. Their riders stay booked; whoever runs the centre is asked to look again."""

from datetime import timedelta

from base import clock
from base.models import Task
from base.services import finish_tasks_but, open_task
from workshops import riding_selectors
from workshops.afternoons import cast_of
from workshops.lines import booked_rides
from workshops.models import Session
from workshops.riding.checking import broken
from workshops.sitting import day_of

AHEAD = timedelta(days=30)


def watch_boards() -> None:
    """A task for each board ahead that breaks a rule as it is booked; it is done once the board
    breaks none."""
    found = [one for one in riding_selectors.booked_until(clock.now() + AHEAD) if is_broken(one)]
    for session in found:
        open_task(
            Task.Kind.BOARD_BROKEN,
            centre_id=session.group.workshop.centre_id,
            about=about(session),
            due_on=min(day_of(session), clock.today() + timedelta(days=1)),
            owner_id=None,
        )
    finish_tasks_but(Task.Kind.BOARD_BROKEN, [about(one) for one in found])


def is_broken(session: Session) -> bool:
    return bool(broken(cast_of(session).afternoon, booked_rides(session)))


def about(session: Session) -> str:
    return f"session:{session.public_id}"
