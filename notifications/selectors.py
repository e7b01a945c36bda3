"""What was sent, what will be, and why not."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Q, QuerySet

from base import clock
from notifications import planning, troubles, voice
from notifications.models import Delivery, Reminder
from notifications.voice import Voice
from notifications.wording import Facts
from people.models import ContactCard, Person
from people.policies import Staff
from people.selectors import households_walled_from, read_cards
from scheduling.models import Booking
from scheduling.policies import known_bookings


@dataclass(frozen=True)
class Attempt:
    """One text that left, or was to: when it was claimed, its parts, and what came of it."""

    at: datetime
    parts: int
    outcome: str


@dataclass(frozen=True)
class Prospect:
    """A reminder with what staff should expect of it: `why` is empty when it will leave. The
    attempts are the ones that went as far as the operator, the oldest first."""

    reminder: Reminder
    due_at: datetime
    why: str
    attempts: Sequence[Attempt] = ()


def of_booking(booking: Booking) -> list[Prospect]:
    """Its own, and the notices that tell of it beside other dates."""
    of_it = Reminder.objects.filter(booking=booking)
    notices = Q(pk__in=of_it.exclude(told_by=None).values("told_by"))
    return prospects(still_telling(Reminder.objects.filter(notices | Q(booking=booking))))


def still_telling(found: QuerySet[Reminder]) -> QuerySet[Reminder]:
    """Without those that stayed silent about an hour which has been moved since."""
    return found.exclude(
        status=Reminder.Status.SILENT, schedule_version__lt=F("booking__schedule_version")
    ).select_related("booking__centre", "booking__service", "recipient")


def ahead_for(staff: Staff, someone: Person) -> list[Prospect]:
    """Reminders to a person, and to a child's carer about the child's hours, as far as the
    reader knows of the bookings: the soonest first, dropped ones aside."""
    about_her_child = Q(booking__participations__person=someone, recipient=F("booking__carer"))
    found = (
        Reminder.objects.filter(
            Q(recipient=someone) | about_her_child,
            booking__in=known_bookings(staff),
            booking__starts_at__gt=clock.now(),
        )
        .exclude(status=Reminder.Status.DROPPED)
        .exclude(recipient__household__in=households_walled_from(staff))
        .distinct()
    )
    return prospects(still_telling(found))


def cards_of(people: Collection[Person]) -> dict[int, ContactCard]:
    """Contact cards by person id; read only for those who came without."""
    read_cards(people)
    cards = {person.pk: getattr(person, "contact_card", None) for person in people}
    return {key: card for key, card in cards.items() if card}


def prospects(reminders: Collection[Reminder]) -> list[Prospect]:
    """Each planned reminder judged as it will be at its time, for as many questions whether there
    are few or many."""
    reminders = list(reminders)
    cards = cards_of([reminder.recipient for reminder in reminders])
    voices = voice.of_centres(reminder.centre_id for reminder in reminders)
    planning.gather_names(reminders)
    attempts = attempts_at(reminders)
    return [
        replace(
            expected(one, cards.get(one.recipient_id), own=voices[one.centre_id]),
            attempts=attempts[one.pk],
        )
        for one in reminders
    ]


def attempts_at(reminders: Collection[Reminder]) -> Mapping[int, list[Attempt]]:
    """By reminder."""
    found: dict[int, list[Attempt]] = defaultdict(list)
    deliveries = Delivery.objects.filter(reminder__in=reminders).exclude(parts=None)
    for one in deliveries.order_by("pk"):
        outcome = str(troubles.what_came_of(one))
        found[one.reminder_id].append(Attempt(one.claimed_at, one.parts or 0, outcome))
    return found


def expected(reminder: Reminder, card: ContactCard | None, *, own: Voice | None = None) -> Prospect:
    """`own` is the voice of its centre, for whoever judges several."""
    if reminder.status != Reminder.Status.PLANNED:
        return Prospect(reminder, reminder.due_at, reminder.why)
    if card is None:
        return Prospect(reminder, reminder.due_at, "no_card")
    day = clock.local(reminder.due_at).date()
    why: str = planning.silence_of(reminder, card, day) or hindrance_of_text(reminder, card, own)
    return Prospect(reminder, reminder.due_at, why)


def hindrance_of_text(reminder: Reminder, card: ContactCard, own: Voice | None) -> str:
    """Whichever hours it will tell of, they are nobody's name."""
    about = Facts(reminder.starts_at or reminder.due_at)
    composed = planning.composed(reminder, about, card, own=own)
    return composed.why if isinstance(composed, planning.Keep) else ""


def known_hours(bookings: Collection[Booking]) -> dict[tuple[int, int], datetime | None]:
    """The hour that each recipient knows for a booking, by booking and person: what she was told,
    or the one before as long as the notice has not left; None: that it is off."""
    found = (
        Reminder.objects.filter(booking__in=bookings, kind=Reminder.Kind.ONE_DAY)
        .select_related("told_by")
        .order_by("schedule_version")
    )
    return {(one.booking_id, one.recipient_id): known_hour(one) for one in found if one.booking_id}


def known_hour(reminder: Reminder) -> datetime | None:
    notice = reminder.told_by
    if notice and notice.status not in Reminder.Status.heard():
        return reminder.knew_at
    if notice and notice.kind == Reminder.Kind.CANCELLED:
        return None
    return reminder.starts_at


def told_since(bookings: Sequence[Booking], since: datetime) -> list[Booking]:
    """Those of these bookings of which a text has left, or may have, since an instant."""
    of_them = Reminder.objects.filter(booking__in=bookings)
    left = Q(deliveries__claimed_at__gte=since) | Q(told_by__deliveries__claimed_at__gte=since)
    keys = set(of_them.filter(left).values_list("booking", flat=True))
    return [booking for booking in bookings if booking.pk in keys]
