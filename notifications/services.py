"""Planning reminders and notices with their bookings, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q

from base import clock
from base.journeys import insert_soon
from base.rows import insert
from notifications import planning
from notifications.models import Reminder
from notifications.selectors import cards_of, known_hours
from people.models import ContactCard, Person
from scheduling.models import Booking

Kind = Reminder.Kind
Status = Reminder.Status
Told = tuple[Booking, Person]
"""A booking, and somebody who is to be told of it."""

Cards = Mapping[int, ContactCard]
Hours = Mapping[tuple[int, int], datetime | None]
"""By booking and person; None: she knows that there is no such hour any more."""


def plan_reminders(bookings: Sequence[Booking], people: Sequence[Person]) -> None:
    """One row per kind and recipient for the present schedule of each of these people's bookings,
    in their transaction.

    A row is made also where nothing can be sent: consent may come before it is due, and staff
    see why it would not leave.
    """
    told = told_of(bookings, people)
    if told:
        insert_soon(ahead_of(told, cards_of({person for _, person in told})))


def plan_series(bookings: Sequence[Booking], people: Sequence[Person]) -> None:
    """The same for a series just made, whose dates one text sums up. They were agreed on by word
    of mouth, so the hours are known whether or not it leaves."""
    told = told_of(bookings, people)
    cards = cards_of({person for _, person in told})
    notices = written_notices(Kind.SERIES, told, cards)
    knew = {(booking.pk, person.pk): booking.starts_at for booking, person in told}
    insert_reminders(ahead_of(told, cards, notices, knew))


def plan_anew(bookings: Sequence[Booking], people: Sequence[Person]) -> None:
    """These bookings have another schedule: what was planned is dropped, reminders are planned for
    the new one, and whoever knows another hour than the new one is told (D32)."""
    told = told_of(bookings, people)
    knew = known_hours(bookings)
    drop_reminders(bookings)
    if not told:
        return
    cards = cards_of({person for _, person in told})
    moved = [
        (booking, person)
        for booking, person in told
        if knew.get((booking.pk, person.pk), booking.starts_at) != booking.starts_at
    ]
    notices = written_notices(Kind.MOVED, moved, cards)
    insert_reminders(ahead_of(told, cards, notices, knew, moved))


def call_off(bookings: Sequence[Booking]) -> None:
    """These bookings are cancelled: nothing that was planned leaves, and where the centre cancelled
    whoever knows of the hour is told. A family that cancelled hears nothing more."""
    ours = [booking for booking in bookings if booking.cancelled_by == Booking.Party.CENTRE]
    knew = known_hours(ours)
    drop_reminders(bookings)
    now = clock.now()
    by_key = {booking.pk: booking for booking in ours}
    people = Person.objects.in_bulk({person for _, person in knew})
    told = [
        (by_key[booking], people[person])
        for (booking, person), hour in knew.items()
        if hour and hour > now
    ]
    notices = written_notices(Kind.CANCELLED, told, cards_of(people.values()))
    note_told_by(notices, ours, knew)


def note_told_by(notices: Mapping[int, Reminder], bookings: Sequence[Booking], knew: Hours) -> None:
    """The reminders of these bookings, as they are scheduled now, name the notice to the same
    person and the hour she knew."""
    now = Reminder.objects.filter(
        booking__in=bookings,
        recipient__in=list(notices),
        kind__in=Kind.ahead(),
        schedule_version=F("booking__schedule_version"),
    )
    reminders = list(now)
    for one in reminders:
        one.told_by = notices[one.recipient_id]
        one.knew_at = knew.get((one.booking_id or 0, one.recipient_id))
    Reminder.objects.bulk_update(reminders, ["told_by", "knew_at"])


def told_of(bookings: Iterable[Booking], people: Sequence[Person]) -> list[Told]:
    return [(booking, person) for booking in bookings for person in recipients_of(booking, people)]


def recipients_of(booking: Booking, people: Sequence[Person]) -> list[Person]:
    """The adults who come, and for a child only the carer named on the booking (D36)."""
    day = clock.local(booking.starts_at).date()
    adults = [person for person in people if not person.is_child_on(day)]
    if booking.carer and len(adults) < len(people) and booking.carer not in adults:
        adults.append(booking.carer)
    return adults


def ahead_of(
    told: Iterable[Told],
    cards: Cards,
    notices: Mapping[int, Reminder] | None = None,
    knew: Hours | None = None,
    moved: Collection[Told] | None = None,
) -> list[Reminder]:
    """The reminders of these; of those `moved` (all, unless given) the notice to the person tells
    first, and until then she knows the hour she knew."""
    reminders = []
    for booking, person in told:
        notice = (notices or {}).get(person.pk)
        if moved is not None and (booking, person) not in moved:
            notice = None
        for kind in Kind.ahead():
            one = planned(booking, kind, person, cards.get(person.pk))
            if notice:
                one.told_by, one.knew_at = notice, (knew or {}).get((booking.pk, person.pk))
            reminders.append(one)
    return reminders


def insert_reminders(reminders: Sequence[Reminder]) -> None:
    if reminders:
        insert(reminders, ignore_conflicts=True)


def planned(booking: Booking, kind: Kind, recipient: Person, card: ContactCard | None) -> Reminder:
    due_at = planning.due_at(booking.starts_at, kind, card)
    why = "" if due_at else planning.Hindrance.OUTSIDE_HOURS.value
    if due_at and due_at <= clock.now():
        why = planning.Hindrance.TOO_LATE.value
    return Reminder(
        booking=booking,
        centre_id=booking.centre_id,
        schedule_version=booking.schedule_version,
        kind=kind,
        recipient=recipient,
        starts_at=booking.starts_at,
        due_at=due_at or booking.starts_at - planning.AHEAD[kind],
        status=Status.SILENT if why else Status.PLANNED,
        why=why,
    )


def written_notices(kind: Kind, told: Iterable[Told], cards: Cards) -> dict[int, Reminder]:
    """One notice a person for all of her bookings here, written at the first of them; by person."""
    first: dict[int, Told] = {}
    for booking, person in sorted(told, key=lambda one: (one[0].starts_at, one[0].pk)):
        first.setdefault(person.pk, (booking, person))
    notices = {key: notice(kind, *one, cards.get(key)) for key, one in first.items()}
    if notices:
        insert(list(notices.values()))
    return notices


def notice(kind: Kind, booking: Booking, person: Person, card: ContactCard | None) -> Reminder:
    """Due in three minutes, or when her safe hours begin: a notice cannot come earlier than what
    it tells of."""
    due_at = planning.notice_due_at(card)
    return Reminder(
        booking=booking,
        centre_id=booking.centre_id,
        schedule_version=booking.schedule_version,
        kind=kind,
        recipient=person,
        starts_at=booking.starts_at,
        due_at=due_at or clock.now() + planning.NOTICE_WAITS,
        status=Status.PLANNED if due_at else Status.SILENT,
        why="" if due_at else planning.Hindrance.OUTSIDE_HOURS.value,
    )


def offer(kind: Kind, booking: Booking, people: Sequence[Person]) -> None:
    """Tell these adults of what is held for them, or has become theirs, while it is so."""
    day = clock.today()
    told = [(booking, person) for person in people if not person.is_child_on(day)]
    written_notices(kind, told, cards_of({person for _, person in told}))


def plan_again_for(card: ContactCard) -> None:
    """Her safe hours are others now: what has not begun to leave is due at another time, can
    no longer leave, or can at last (D30)."""
    waiting = Reminder.objects.filter(
        Q(status=Status.PLANNED) | Q(status=Status.SILENT, why=planning.Hindrance.OUTSIDE_HOURS),
        recipient=card.person_id,
        kind__in=Kind.ahead(),
        booking__status=Booking.Status.CONFIRMED,
        booking__starts_at__gt=clock.now(),
        schedule_version=F("booking__schedule_version"),
    ).select_related("booking", "recipient")
    for was in waiting:
        assert was.booking is not None
        now = planned(was.booking, Kind(was.kind), was.recipient, card)
        is_impossible = now.why == planning.Hindrance.OUTSIDE_HOURS
        if was.status == Status.PLANNED and now.due_at == was.due_at and not is_impossible:
            continue  # as planned, though perhaps already due
        Reminder.objects.filter(pk=was.pk, status=was.status).update(
            due_at=now.due_at, status=now.status, why=now.why
        )


def drop_reminders(bookings: Sequence[Booking]) -> None:
    """What was planned and has not begun to leave is dropped (D32). A notice is not: it may tell of
    other dates too, and looks at each again before it leaves."""
    Reminder.objects.filter(
        booking__in=bookings, status=Status.PLANNED, kind__in=Kind.ahead()
    ).update(status=Status.DROPPED)
