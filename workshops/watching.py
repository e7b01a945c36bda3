"""Boards that ask for somebody: booked, and they do not fit any more (somebody is ill, a clearance
was withdrawn, a horse may carry less), or not booked although the day is near."""

from collections.abc import Sequence
from datetime import date, timedelta

from base import clock
from base.models import Task
from base.services import finish_tasks_but, open_task, task_of_day
from scheduling.arrangements import arrangements_of
from workshops import riding_selectors
from workshops.afternoons import cast_of
from workshops.lines import board_of, booked_rides
from workshops.models import Session
from workshops.riding.checking import broken
from workshops.riding.facts import Ride
from workshops.sitting import day_of

DAY = timedelta(days=1)
AHEAD = 30 * DAY
TEXTS_LEAVE = 3 * DAY
"""So long before a ride its first reminder leaves (D31); what is booked later tells less."""


def watch_boards() -> None:
    """A task for each board ahead that breaks a rule as it is booked, and for each near one that
    is not booked, or not as it is drawn; done once that is no longer so. Whoever runs the centre
    and whoever leads the session see them. Riders of a broken board stay booked."""
    ahead = riding_selectors.riding_until(clock.now() + AHEAD)
    booked = {one.pk: booked_rides(one) for one in ahead}
    ask_to_mend([one for one in ahead if fits_no_more(one, booked[one.pk])])
    near = [one for one in ahead if day_of(one) - TEXTS_LEAVE - DAY <= clock.today()]
    ask_to_book([one for one in near if is_unbooked(one, nobody_rides=not booked[one.pk])])


def fits_no_more(session: Session, rides: Sequence[Ride]) -> bool:
    return bool(rides and broken(cast_of(session).afternoon, rides))


def is_unbooked(session: Session, *, nobody_rides: bool) -> bool:
    """Whether somebody could ride and nobody is booked to, or a draft waits to be booked."""
    if board_of(session).lines is not None:
        return True
    return nobody_rides and bool(riding_selectors.riders(session))


def ask_to_mend(found: Sequence[Session]) -> None:
    due = {one: min(day_of(one), clock.today() + DAY) for one in found}
    ask(Task.Kind.BOARD_BROKEN, due, insists=True)


def ask_to_book(found: Sequence[Session]) -> None:
    due = {one: max(day_of(one) - TEXTS_LEAVE, clock.today()) for one in found}
    ask(Task.Kind.BOARD_UNBOOKED, due, insists=False)


def ask(kind: Task.Kind, due: dict[Session, date], *, insists: bool) -> None:
    """What was done, or ticked off, is asked again on the same day only by who insists: a board
    mended in the morning may break once more at noon."""
    leads = arrangements_of([one.booking for one in due])
    for session, due_on in due.items():
        if insists or not task_of_day(kind, about(session), due_on):
            open_task(
                kind,
                centre_id=session.group.workshop.centre_id,
                about=about(session),
                due_on=due_on,
                owner_id=leads[session.booking_id].lead.user_id,
            )
    finish_tasks_but(kind, [about(one) for one in due])


def about(session: Session) -> str:
    return f"session:{session.public_id}"
