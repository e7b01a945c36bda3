"""Commands of the booking core: each changes state in one transaction, along Status.moves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from base import clock
from base.models import Task
from base.services import open_task
from people.models import EntryBasis, Person, User
from people.selectors import read_cards
from scheduling import closing, rules, selectors, signals, steps, taking, writing
from scheduling.holdings import Held
from scheduling.models import (
    Allocation,
    Booking,
    Change,
    Participation,
    Resource,
    Service,
)
from scheduling.planning import (
    Facts,
    Plan,
    Wish,
    make_plan,
    read_facts,
    wish_of,
)
from scheduling.series import history
from scheduling.taking import Wanted, deadlock_retried

HOLD_LASTS = timedelta(minutes=30)
PAPERS_DUE = timedelta(days=14)  # D7
SERIAL_MOVES = 3  # D10, within
SERIAL_WITHIN = timedelta(days=60)

Status = Booking.Status
Outcome = Participation.Outcome
Part = Allocation.Part


def book(wish: Wish, *, by: User) -> Booking:
    """Take the hour so that nobody else can; a hold when the wish says so.

    Raises PastStart, Closed, OutsideAvailability, NotSkilled, Walled, NoEntryBasis,
    GeneralAccessEnded, ModalityNotOffered, DoesNotFit, NotACarer, NoContactConflict and
    ResourceUnavailable.
    """
    return book_together([wish], by=by)[0]


@deadlock_retried
def book_together(wishes: Sequence[Wish], *, by: User) -> list[Booking]:
    """Several hours, all or none. Raises what `book` does, of the first that cannot be."""
    asked = [considered(wish) for wish in wishes]
    held, ids = take_for(asked)
    bookings = []
    for pk, (wish, plan, access_ends_on) in zip(ids, asked, strict=True):
        rules.check_apart(plan.wanted, plan.partners, wish.starts_at)
        holdings = taking.choose(plan.needs, wish.starts_at, wish.ends_at, held)
        taking.hold(holdings, held)
        booking = agreed(wish, pk=pk, by=by)
        writing.add(
            booking,
            wish.people,
            holdings,
            what=Change.What.HELD if wish.hold else Change.What.BOOKED,
            facts=writing.described(booking, holdings),
        )
        ask_for_papers(booking, by=by)
        warn_before_access_ends(booking, access_ends_on, by=by)
        if booking.status == Status.CONFIRMED:
            signals.bookings_confirmed.send(Booking, bookings=[booking], people=wish.people)
        bookings.append(booking)
    return bookings


def considered(wish: Wish) -> tuple[Wish, Plan, date | None]:
    """A wish that passed the rules that need no lock, with who is told, and how; its plan; and the
    last day of general access, if it is by that."""
    rules.check_start(wish.starts_at)
    facts = read_facts(wish)
    access_ends_on = last_day_of_access(wish, facts)
    day = clock.local(wish.starts_at).date()
    wish = replace(wish, carer=rules.carer_told(wish.carer, wish.people, on=day))
    read_cards(wish.people)  # now: nothing is asked between writing and the COMMIT
    return wish, make_plan(wish, facts), access_ends_on


def take_for(asked: Sequence[tuple[Wish, Plan, date | None]]) -> tuple[Held, list[int]]:
    """Lock the union of what all of them need and of everybody's partners, and read what holds the
    candidates then; with an id for each booking."""
    partners = {partner for _, plan, _ in asked for partner in plan.partners}
    also = selectors.resources_of_persons(partners) if partners else ()
    sessions = [Wanted(plan.needs, wish.starts_at, wish.ends_at) for wish, plan, _ in asked]
    return taking.take_to_book(sessions, also=also)


def last_day_of_access(wish: Wish, facts: Facts) -> date | None:
    """Raises what `rules.check_entry` does; None when an authorised role books without papers."""
    if wish.without_papers:
        return None
    return rules.check_entry(wish.service, facts.entitlements, starts_at=wish.starts_at)


def agreed(wish: Wish, *, pk: int, by: User) -> Booking:
    """The booking of a wish, not yet written."""
    now = clock.now()
    return Booking(
        pk=pk,
        kind=wish.kind,
        centre_id=wish.service.centre_id,
        service=wish.service,
        modality=wish.modality,
        status=Status.HELD if wish.hold else Status.CONFIRMED,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        hold_expires_at=min(now + HOLD_LASTS, wish.starts_at) if wish.hold else None,
        carer=wish.carer,
        without_papers=wish.without_papers,
        created_by=by,
        created_at=now,
    )


def ask_for_papers(booking: Booking, *, by: User) -> None:
    """D7's dated task."""
    if booking.without_papers:
        open_task(
            Task.Kind.MISSING_PAPERS,
            centre_id=booking.centre_id,
            about=f"booking:{booking.public_id}",
            due_on=clock.today() + PAPERS_DUE,
            owner_id=by.pk,
        )


def warn_before_access_ends(booking: Booking, ends_on: date | None, *, by: User) -> None:
    """D4's warning, when a session comes near the end of general access."""
    day = clock.local(booking.starts_at).date()
    if ends_on and ends_on - day <= rules.ACCESS_WARNING:
        open_task(
            Task.Kind.GENERAL_ACCESS_ENDS,
            centre_id=booking.centre_id,
            about=f"booking:{booking.public_id}",
            due_on=ends_on,
            owner_id=by.pk,
        )


@deadlock_retried
def confirm_booking(booking: Booking, *, by: User, version: int | None = None) -> Booking:
    """Turn a hold that has not expired into a booking. Raises WrongStep, StaleVersion."""
    booking = steps.take(booking, Status.CONFIRMED, version=version)
    if booking.status != Status.HELD:
        raise steps.wrong_step(booking)
    booking.hold_expires_at = None
    steps.move_to(booking, Status.CONFIRMED)
    writing.record(booking, Change.What.CONFIRMED, by=by.pk)
    writing.revise(selectors.resources_held(booking))
    signals.bookings_confirmed.send(
        Booking, bookings=[booking], people=selectors.people_in(booking)
    )
    return booking


def to_be_moved(booking: Booking, *, version: int | None) -> Booking:
    """As it is under the locks. Raises StaleVersion, AlreadyBegun, WrongStep."""
    booking = steps.reread(booking, version=version)
    steps.check_not_begun(booking)
    if booking.status not in {Status.HELD, Status.CONFIRMED} or steps.hold_has_expired(booking):
        raise steps.wrong_step(booking)
    return booking


@deadlock_retried
def reschedule_booking(
    booking: Booking,
    *,
    starts_at: datetime,
    by: User | None,
    lead: Resource | None = None,
    room: Resource | None = None,
    without: Resource | None = None,
    least_seats: int = 0,
    version: int | None = None,
) -> Booking:
    """Move a booking that has not begun, keeping its people; lead and room stay unless named
    or, for the room, taken; the room seats `least_seats`. Of colleagues, one may be left out.
    `by` nobody: the family itself, through its link.

    Raises what `book` does, and WrongStep, AlreadyBegun, StaleVersion; OfAGroup for somebody's
    place, which goes where its session goes.
    """
    rules.check_start(starts_at)
    wish = wish_of(booking, starts_at=starts_at, lead=lead, room=room)
    wish = replace(wish, without=without, least_seats=max(wish.least_seats, least_seats))
    facts = read_facts(wish, moving=booking)
    access_ends_on = last_day_of_access(wish, facts)
    plan = make_plan(wish, facts).preferring(selectors.resources_held(booking))
    held = taking.take(
        plan.needs,
        starts_at,
        wish.ends_at,
        also=beside(booking, plan),
        ignoring=booking.pk,
    )
    booking = to_be_moved(booking, version=version)
    rules.check_apart(plan.wanted, plan.partners, starts_at, ignoring=booking.pk)
    holdings = taking.choose(plan.needs, starts_at, wish.ends_at, held)
    was = booking.starts_at
    with history.date_kept(booking, history.What.MOVED, by=by):
        booking.starts_at, booking.ends_at = starts_at, wish.ends_at
        if booking.hold_expires_at is not None:
            booking.hold_expires_at = min(booking.hold_expires_at, starts_at)
        booking.schedule_version += 1
        steps.keep(booking)
        writing.rearrange(booking, holdings)
    moved = {"was": was.isoformat(), **writing.described(booking, holdings), **through(by)}
    writing.record(booking, Change.What.RESCHEDULED, by=by.pk if by else None, facts=moved)
    notice_serial_moves(booking, wish.people)
    warn_before_access_ends(booking, access_ends_on, by=by or booking.created_by)
    if booking.status == Status.CONFIRMED:
        signals.bookings_rescheduled.send(Booking, bookings=[booking], people=wish.people)
    return booking


def beside(booking: Booking, plan: Plan) -> set[int]:
    """What is locked with a booking that moves: what it holds, whoever comes along, and those whom
    its people must not meet."""
    held = selectors.resources_of((), partners=plan.partners, bookings=[booking.pk])
    return held | selectors.resources_along(booking)


def through(by: User | None) -> dict[str, str]:
    """What a change says of its author when it is none of the staff."""
    return {} if by else {"through": Change.LINK}


def notice_serial_moves(booking: Booking, people: Sequence[Person]) -> None:
    """D10: a task for the case lead, nothing to the family."""
    moves = Change.objects.filter(
        what=Change.What.RESCHEDULED,
        at__gte=clock.now() - SERIAL_WITHIN,
        booking__participations__person__in=people,
    )
    if moves.values("pk").distinct().count() >= SERIAL_MOVES:
        closing.tell_case_lead(booking, Task.Kind.SERIAL_RESCHEDULING)


@deadlock_retried
def cancel_booking(
    booking: Booking,
    *,
    by: User | None,
    party: Booking.Party,
    reason: str = "",
    version: int | None = None,
) -> Booking:
    """Cancel before the start, by the family or by the centre (D9). A block may be lifted at
    any time: what is left of it is freed. `by` nobody: the family itself, through its link.

    Raises WrongStep, AlreadyBegun, StaleVersion.
    """
    booking = steps.take(booking, Status.CANCELLED, version=version)
    if booking.kind != Booking.Kind.BLOCK:
        steps.check_not_begun(booking)
        closing.note_cancelling([booking], party)
    with history.date_kept(booking, history.What.CANCELLED, by=by):
        booking.cancelled_by, booking.cancel_reason = party, reason
        steps.move_to(booking, Status.CANCELLED)
        writing.release(booking)
    facts = {"party": party.value, **through(by)}
    writing.record(booking, Change.What.CANCELLED, by=by.pk if by else None, facts=facts)
    signals.bookings_cancelled.send(Booking, bookings=[booking])
    return booking


def expire_holds() -> int:
    """Retire every hold whose time is over and tell its owner; returns how many."""
    now = clock.now()
    overdue = Booking.objects.filter(status=Status.HELD, hold_expires_at__lte=now)
    return sum(expire_hold(booking) for booking in overdue)


@deadlock_retried
def expire_hold(booking: Booking) -> bool:
    held = selectors.resources_held(booking)
    taking.lock(held)
    retired = writing.retire(booking, now=clock.now())
    if retired:
        writing.revise(held)
    return retired


def authorise(basis: EntryBasis, services: Sequence[Service]) -> EntryBasis:
    """Say which services an entry document entitles to (D4)."""
    basis.services.set(services)
    return basis


@deadlock_retried
def change_service(service: Service, **fields: object) -> Service:
    """Change defaults of a service; what somebody set is no longer ours. Bookings made keep
    their times."""
    for name, value in fields.items():
        setattr(service, name, value)
    service.our_defaults = [name for name in service.our_defaults if name not in fields]
    service.save()
    return service
