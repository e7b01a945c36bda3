"""Whom no text told, or will tell, of an hour that is near: somebody has to call."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from base import clock
from notifications import voice
from notifications.calls import Call
from notifications.models import Reminder
from notifications.planning import AHEAD, NAMED, USEFUL_UNTIL, Hindrance
from notifications.planning import explained as explained_silence
from notifications.selectors import cards_of, expected
from notifications.services import recipients_of
from notifications.voice import Voice
from people.models import Carer, Centre, ContactCard, Person, Silence
from people.policies import SEES_EVERYTHING, Staff
from people.selectors import households_walled_from
from scheduling.models import Booking
from scheduling.policies import known_bookings

Status = Reminder.Status


Kind = Reminder.Kind
WORTH = {Kind.THREE_DAYS.value: AHEAD[Kind.ONE_DAY], Kind.ONE_DAY.value: USEFUL_UNTIL}
"""Until how long before the start each reminder is worth sending. Word of a move counts as well;
the summary of a series does not: whoever got it months ago is not told by it of tomorrow."""


class Reason(models.TextChoices):
    """Why no text tells her, beside Silence and Hindrance."""

    NO_CARER = "no_carer", _("no carer is named on the child's booking")
    NOT_PLANNED = "not_planned", _("no text is planned for this hour")
    UNKNOWN = "unknown", _("the text may not have left")
    FAILED = "failed", _("the operator could not deliver the text")
    HELD = "held", _("the text waits for somebody to decide")


class Caution(models.TextChoices):
    """What to mind before one calls."""

    WHICH_CARER = "which_carer", _("Ask the case lead whom of them to call.")
    NOT_SAFE = "not_safe", _("Ask the case lead before you call: the number is not marked safe.")
    ASK_ANEW = "ask_anew", _("Whether this number is safe was not asked lately: be careful.")
    SUSPENDED = "suspended", _("Texts to this number came back: somebody else may have it now.")


CAUTION_OF: dict[str, Caution] = {
    "safety_stale": Caution.ASK_ANEW,
    "suspended": Caution.SUSPENDED,
}


def explained(why: str) -> str:
    """The sentence for a reason's code."""
    return str(Reason(why).label) if why in Reason.values else explained_silence(why)


@dataclass(frozen=True)
class Contact:
    """Somebody to call. `relation` is hers to the child, where it is a child's hour without a
    named carer."""

    person: Person
    card: ContactCard | None
    relation: str = ""
    caution: Caution | None = None

    @property
    def phone(self) -> Any:
        """Empty where none is known."""
        return self.card.phone if self.card else ""

    @property
    def hours(self) -> tuple[time, time] | None:
        """Her safe hours; None where the number itself may not be safe."""
        is_safe = self.caution in {None, Caution.WHICH_CARER}
        return (self.card.safe_from, self.card.safe_until) if self.card and is_safe else None


@dataclass
class Line:
    """One person whom no text tells of one hour, and what came of calling her about it."""

    booking: Booking
    person: Person
    why: str
    contacts: list[Contact] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def explanation(self) -> str:
        return explained(self.why)

    @property
    def asks_which_carer(self) -> bool:
        return self.why == Reason.NO_CARER and bool(self.contacts)

    @property
    def last_call(self) -> Call | None:
        return self.calls[-1] if self.calls else None

    @property
    def is_reached(self) -> bool:
        return any(call.result == Call.Result.REACHED for call in self.calls)

    @property
    def is_to_call(self) -> bool:
        """Nobody reached her, nor tried today."""
        tried = any(clock.local(call.at).date() == clock.today() for call in self.calls)
        return not self.is_reached and not tried


def unreached(staff: Staff) -> list[Line]:
    """Of the centres the reader runs, as far as she may know of families and their numbers."""
    walled = set(households_walled_from(staff))
    lines = lines_of(near_hours(known_bookings(staff), staff.centres_where(SEES_EVERYTHING)))
    for line in lines:
        line.contacts = [one for one in line.contacts if one.person.household_id not in walled]
    return [line for line in lines if line.person.household_id not in walled]


def near_hours(bookings: QuerySet[Booking], centre_ids: Collection[int]) -> QuerySet[Booking]:
    """Confirmed hours from now to the end of the last of the days that are looked ahead."""
    last_day = clock.today() + timedelta(days=settings.UNREACHED_DAYS)
    return bookings.filter(
        centre__in=centre_ids,
        kind__in=Booking.Kind.with_people(),
        status=Booking.Status.CONFIRMED,
        starts_at__gt=clock.now(),
        starts_at__lt=clock.midnight(last_day + timedelta(days=1)),
    ).order_by("starts_at", "pk")


def to_call(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.is_to_call]


def families(lines: Iterable[Line]) -> int:
    """How many families these lines are about."""
    return len({line.person.household_id for line in lines})


def families_by_centre() -> dict[int, int]:
    """How many families wait for a call, by centre, for whoever is of no centre: a job."""
    by_centre: dict[int, list[Line]] = defaultdict(list)
    every_centre = list(Centre.objects.values_list("pk", flat=True))
    for line in to_call(lines_of(near_hours(Booking.objects.all(), every_centre))):
        by_centre[line.booking.centre_id].append(line)
    return {centre: families(lines) for centre, lines in by_centre.items()}


def lines_of(bookings: QuerySet[Booking]) -> list[Line]:
    """Everybody whom no text tells of these bookings, the soonest first."""
    found = list(with_everything(bookings))
    people = {seat.person for booking in found for seat in booking.participations.all()}
    cards = cards_of(people | {booking.carer for booking in found if booking.carer})
    voices = voice.of_centres(booking.centre_id for booking in found)
    lines = [
        line
        for booking in found
        for line in lines_of_one(booking, cards, voices[booking.centre_id])
    ]
    add_carers([line for line in lines if line.why == Reason.NO_CARER])
    return lines


def with_everything(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Each with its people, reminders of its present schedule, and calls about that."""
    present = F("booking__schedule_version")
    reminders = Reminder.objects.filter(schedule_version=present, kind__in=WORTH)
    return bookings.select_related("carer", "service", "centre").prefetch_related(
        *NAMED,
        Prefetch("reminders", reminders.select_related("recipient", "centre", "told_by")),
        Prefetch("calls", Call.objects.filter(schedule_version=present).select_related("by")),
    )


def lines_of_one(booking: Booking, cards: dict[int, ContactCard], own: Voice) -> list[Line]:
    people = [seat.person for seat in booking.participations.all()]
    recipients = recipients_of(booking, people)
    whys = {one: why_not(booking, one, cards.get(one.pk), own) for one in recipients}
    lines = [
        Line(booking, one, why, [contact_of(one, cards.get(one.pk))])
        for one, why in whys.items()
        if why
    ]
    children = untold(people, recipients, booking)
    lines += [Line(booking, child, Reason.NO_CARER) for child in children]
    for line in lines:
        line.calls = [call for call in booking.calls.all() if call.person_id == line.person.pk]
    return lines


def untold(people: Sequence[Person], told: Sequence[Person], booking: Booking) -> list[Person]:
    """Children for whom nobody is named, unless an adult of the family comes along."""
    if booking.carer:
        return []
    day = clock.local(booking.starts_at).date()
    coming = {adult.household_id for adult in told}
    return [one for one in people if one.is_child_on(day) and one.household_id not in coming]


def why_not(booking: Booking, recipient: Person, card: ContactCard | None, own: Voice) -> str:
    """The code of why no text tells her; empty when one did, is about to, or will."""
    mine = [one for one in booking.reminders.all() if one.recipient_id == recipient.pk]
    mine.sort(key=lambda one: one.due_at)
    moves = [one.told_by for one in mine if one.told_by and one.told_by.kind == Kind.MOVED]
    whys = [why_not_this(one, booking, card, own) for one in (*moves, *mine)]
    if not whys:
        return Reason.NOT_PLANNED
    return "" if "" in whys else whys[-1]


def why_not_this(reminder: Reminder, booking: Booking, card: ContactCard | None, own: Voice) -> str:
    match reminder.status:
        case Status.SENT | Status.SENDING:
            return ""
        case Status.PLANNED:
            return why_not_planned(reminder, booking, card, own)
        case Status.SILENT:
            return "" if reminder.why == Hindrance.TOLD_ALREADY else reminder.why
        case other:
            return Reason(other) if other in Reason.values else Reason.NOT_PLANNED


def why_not_planned(
    reminder: Reminder, booking: Booking, card: ContactCard | None, own: Voice
) -> str:
    if reminder.kind in WORTH:
        is_late = clock.now() >= booking.starts_at - WORTH[reminder.kind]
        return Hindrance.TOO_LATE if is_late else expected(reminder, card, own=own).why
    # Word of a move may be about many dates: its own words are judged when it leaves.
    day = clock.local(reminder.due_at).date()
    return (card.silence_on(day) or "") if card else Silence.NO_CARD


def contact_of(person: Person, card: ContactCard | None, relation: str = "") -> Contact:
    """Several carers: it is not for us to say which of them is the safe one (D36)."""
    usual = Caution.WHICH_CARER if relation else None
    caution = caution_about(card) if card and card.phone else None
    return Contact(person, card, relation, caution or usual)


def caution_about(card: ContactCard) -> Caution | None:
    """Whatever else forbids texts, a number that is not safe to text is none to call lightly."""
    if not card.safe_to_text:
        return Caution.NOT_SAFE
    return CAUTION_OF.get(card.silence_on(clock.today()) or "")


def add_carers(lines: Sequence[Line]) -> None:
    """Whom the centre knows to care for these children."""
    children = [line.person for line in lines]
    if not children:
        return
    known: dict[int, list[Contact]] = defaultdict(list)
    carers = list(Carer.objects.filter(child__in=children).select_related("adult").order_by("pk"))
    cards = cards_of({carer.adult for carer in carers})
    for carer in carers:
        contact = contact_of(carer.adult, cards.get(carer.adult_id), carer.get_relation_display())
        known[carer.child_id].append(contact)
    for line in lines:
        line.contacts = list(known[line.person.pk])


def concerns(booking: Booking, public_id: UUID) -> Person | None:
    """Who may be called about a booking, by public id: whom a text would be for, and children for
    whom nobody is named."""
    people = [seat.person for seat in booking.participations.select_related("person")]
    recipients = recipients_of(booking, people)
    those = [*recipients, *untold(people, recipients, booking)]
    return next((person for person in those if person.public_id == public_id), None)


def open_since(now: datetime) -> bool:
    """Whether the day's task may be there: from 08:00 on Sofia's clocks."""
    opens: int = settings.UNREACHED_HOUR
    return clock.local(now).hour >= opens
