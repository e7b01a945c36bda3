"""What came of a session for each of its people (D9), and whom that concerns (D10)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from base import clock
from base.errors import NotFound
from base.models import Task
from base.services import open_task
from people.models import Person, User
from scheduling import selectors, steps, writing
from scheduling.errors import OutcomeMismatch, TooEarly
from scheduling.models import Booking, Change, Participation
from scheduling.taking import deadlock_retried

LATE_CANCELLATION = timedelta(hours=24)  # D9: later than this before the start is late

Status = Booking.Status
Outcome = Participation.Outcome


@deadlock_retried
def record_outcomes(
    booking: Booking,
    outcomes: Mapping[Person, Outcome],
    *,
    by: User,
    version: int | None = None,
) -> Booking:
    """Say what came of a session for some of its people; with the last of them it is closed.
    A wrong outcome is corrected by recording another.

    Raises TooEarly, WrongStep, OutcomeMismatch, StaleVersion, and NotFound for somebody else.
    """
    booking = steps.take(booking, Status.CLOSED, version=version)
    if booking.kind not in Booking.Kind.with_people():
        raise steps.wrong_step(booking)
    if clock.now() < booking.starts_at:
        raise TooEarly(starts_at=booking.starts_at)
    if not set(outcomes) <= set(selectors.people_in(booking)):
        raise NotFound
    day = clock.local(booking.starts_at).date()
    for person, outcome in outcomes.items():
        check_outcome(person, outcome, child=person.is_child_on(day))
        booking.participations.filter(person=person).update(outcome=outcome)
    if not booking.participations.filter(outcome="").exists():
        steps.move_to(booking, Status.CLOSED)
    else:
        steps.keep(booking)
    writing.record(
        booking,
        Change.What.OUTCOME,
        by=by.pk,
        facts={"outcomes": {str(p.public_id): outcome for p, outcome in outcomes.items()}},
    )
    writing.revise(selectors.resources_held(booking))
    notice_twice_not_brought(booking, outcomes)
    return booking


def check_outcome(person: Person, outcome: Outcome, *, child: bool) -> None:
    if outcome == (Outcome.DID_NOT_ATTEND if child else Outcome.NOT_BROUGHT):
        raise OutcomeMismatch(person=person.public_id)


def notice_twice_not_brought(booking: Booking, outcomes: Mapping[Person, Outcome]) -> None:
    """D10: two "not brought" in a row, by the sessions' own order, cancelled ones aside and in
    whatever order they are recorded."""
    for person, outcome in outcomes.items():
        sessions = Participation.objects.filter(
            person=person, booking__status__in=[Status.CLOSED, Status.CONFIRMED]
        ).values_list("outcome", flat=True)
        before = sessions.filter(booking__starts_at__lt=booking.starts_at)
        after = sessions.filter(booking__starts_at__gt=booking.starts_at)
        neighbours = {
            before.order_by("-booking__starts_at").first(),
            after.order_by("booking__starts_at").first(),
        }
        if outcome == Outcome.NOT_BROUGHT and Outcome.NOT_BROUGHT in neighbours:
            tell_case_lead(booking, Task.Kind.TWICE_NOT_BROUGHT)


def tell_case_lead(booking: Booking, kind: Task.Kind) -> None:
    case = selectors.open_case_of(booking)
    open_task(
        kind,
        centre_id=booking.centre_id,
        about=f"case:{case.public_id}" if case else f"booking:{booking.public_id}",
        due_on=clock.today() + timedelta(days=3),
        owner_id=case.lead_id if case else booking.created_by_id,
    )


def note_cancelling(bookings: Sequence[Booking], party: Booking.Party) -> None:
    """What cancelling makes of these bookings, for everybody in them."""
    found = {outcome_of_cancelling(booking, party) for booking in bookings}
    for outcome in found:
        alike = [one for one in bookings if outcome_of_cancelling(one, party) == outcome]
        Participation.objects.filter(booking__in=alike).update(outcome=outcome)


def outcome_of_cancelling(booking: Booking, party: Booking.Party) -> Outcome:
    if party == Booking.Party.CENTRE:
        return Outcome.CANCELLED_BY_CENTRE
    late = booking.starts_at - clock.now() < LATE_CANCELLATION
    return Outcome.CANCELLED_LATE if late else Outcome.CANCELLED_EARLY


def forget(bookings: Sequence[Booking]) -> None:
    """They stand again: nothing has come of them yet."""
    if bookings:
        Participation.objects.filter(booking__in=bookings).update(outcome="")
