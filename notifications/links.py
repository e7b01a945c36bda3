"""The parent's link: one appointment for whoever holds the phone, without a log-in.

Reading changes nothing. What is answered is the recipient's, and the booking's alone: the same
link shows another hour when the booking is moved, and nothing when it is over.
"""

import re
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from base import clock
from base.errors import DomainError
from base.models import Task
from base.services import open_task
from notifications import voice
from notifications.models import AppointmentLink
from people import services as people_services
from people.models import Carer, ContactCard, Person
from scheduling import closing, planning, selectors, services, slots
from scheduling.intervals import instant_of
from scheduling.models import Booking, Change
from scheduling.taking import deadlock_retried

ALPHABET: Final = "23456789bcdfghjkmnpqrstvwxz"
"""Nothing that passes for something else (0 and o, 1 and l), and no vowels: no word comes of it."""

LENGTH: Final = 16
"""76 bits: a million living links are found by guessing once in 10^16 tries."""

TOKEN: Final = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")

MOVE_WINDOW = timedelta(days=14)
DAYS_OFFERED, HOURS_A_DAY = 6, 4

Status = Booking.Status
Wording = ContactCard.Wording


class HourChanged(DomainError):
    """The page showed another hour than the booking has."""

    code = "hour_changed"
    sentence = _("The hour was changed meanwhile. Please look at the new one.")


class HourGone(DomainError):
    """The hour to move to is not offered, or not any more."""

    code = "hour_gone"
    sentence = _("This hour is not free any more. Please choose another one.")


# --- Making and finding ------------------------------------------------------------------


def new_token() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def address_of(token: str) -> str:
    """Short and neutral: it stands in a text."""
    return f"{settings.PUBLIC_URL}/v/{token}/"


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def link_for(booking: Booking, recipient: Person, wording: str, *, token: str = "") -> str:
    """The address of a fresh link, for a text that is about to leave; older ones live on.
    `token` is the one that the text was written with, if it already was."""
    token = token or new_token()
    AppointmentLink.objects.create(
        token_hash=hash_of(token),
        booking=booking,
        recipient=recipient,
        schedule_version=booking.schedule_version,
        wording=wording,
        created_at=clock.now(),
    )
    return address_of(token)


def known(token: str) -> AppointmentLink | None:
    """The link of a token, if its recipient may still be shown anything."""
    if not TOKEN.fullmatch(token):
        return None
    link = links_read().filter(token_hash=hash_of(token)).first()
    return link if link and is_trusted(link) else None


def refreshed(link: AppointmentLink) -> AppointmentLink:
    """As things stand now."""
    return links_read().get(pk=link.pk)


def links_read() -> QuerySet[AppointmentLink]:
    return AppointmentLink.objects.select_related(
        "booking__centre", "booking__service", "recipient__contact_card"
    )


def is_trusted(link: AppointmentLink) -> bool:
    """Whether whoever opens it may be taken for its recipient: she still wants links, nobody
    doubts the number it was sent to, and the booking still concerns her."""
    card = card_of(link)
    if card is None or not card.allows_link or card.suspended_on is not None:
        return False
    if card.verified_at is None or card.verified_at > link.created_at:
        return False
    concerned = Q(participations__person=link.recipient_id) | Q(carer=link.recipient_id)
    return Booking.objects.filter(concerned, pk=link.booking_id).exists()


def card_of(link: AppointmentLink) -> ContactCard | None:
    return getattr(link.recipient, "contact_card", None)


def language_for(link: AppointmentLink) -> str:
    card = card_of(link)
    return card.language if card else settings.LANGUAGE_CODE


def is_expired(link: AppointmentLink) -> bool:
    return link.expires_at <= clock.now()


def is_open(link: AppointmentLink) -> bool:
    """Whether there still is an appointment to answer about."""
    return link.booking.status == Status.CONFIRMED and not is_expired(link)


def has_begun(booking: Booking) -> bool:
    return booking.starts_at <= clock.now()


def name_for(link: AppointmentLink) -> str:
    """The centre's public name, if both the text and the card say that it may be told, and it tells
    nothing else."""
    card = card_of(link)
    is_full = card is not None and link.wording == card.wording == Wording.FULL
    return voice.public_name_of(link.booking.centre_id) if is_full else ""


# --- What was answered -------------------------------------------------------------------


class Said(models.TextChoices):
    """What a recipient said of the hour as it is now."""

    WILL_COME = "will_come", _("will come")
    CANNOT_COME = "cannot_come", _("cannot come")


@dataclass(frozen=True)
class Answer:
    """Of one recipient about one booking, by whichever of her links."""

    recipient: Person
    said: Said | None = None
    said_at: datetime | None = None
    call_asked_at: datetime | None = None


Answers = Mapping[tuple[int, int], Answer]


def answers_to(bookings: Collection[Booking]) -> Answers:
    """By booking and recipient; those who said nothing are missing."""
    versions = {booking.pk: booking.schedule_version for booking in bookings}
    answered = Q(answered_version__isnull=False) | Q(please_call_at__isnull=False)
    found = AppointmentLink.objects.filter(answered, booking__in=bookings)
    links = defaultdict(list)
    for link in found.select_related("recipient"):
        links[link.booking_id, link.recipient_id].append(link)
    answers = {key: answer_in(of_her, versions[key[0]]) for key, of_her in links.items()}
    return {key: answer for key, answer in answers.items() if answer.said or answer.call_asked_at}


def answer_in(links: Iterable[AppointmentLink], version: int) -> Answer:
    """The latest of what they say about this schedule version."""
    links = list(links)
    said = [
        (at, word)
        for link in links
        if link.answered_version == version
        for at, word in (
            (link.confirmed_at, Said.WILL_COME),
            (link.cannot_come_at, Said.CANNOT_COME),
        )
        if at
    ]
    said_at, word = max(said, default=(None, None))
    asked = max((link.please_call_at for link in links if link.please_call_at), default=None)
    return Answer(links[0].recipient, word, said_at, asked)


def answer_of(link: AppointmentLink) -> Answer:
    key = (link.booking_id, link.recipient_id)
    return answers_to([link.booking]).get(key, Answer(link.recipient))


# --- Answering ---------------------------------------------------------------------------


def check_hour(link: AppointmentLink, version: int) -> None:
    """Raises HourChanged unless the page showed the hour as it is."""
    if link.booking.schedule_version != version:
        raise HourChanged


def confirm(link: AppointmentLink, *, version: int) -> None:
    """She will come. Raises HourChanged."""
    check_hour(link, version)
    if answer_of(link).said != Said.WILL_COME:
        said(link, "confirmed_at", version)


@deadlock_retried
def cannot_come(link: AppointmentLink, *, version: int) -> None:
    """She cannot come: her hour is cancelled; from an hour with others only she stays away, which
    somebody is told. Raises HourChanged, AlreadyBegun, StaleVersion."""
    check_hour(link, version)
    if answer_of(link).said == Said.CANNOT_COME:
        return
    booking = link.booking
    if is_hers_alone(booking, link.recipient):
        services.cancel_booking(
            booking, by=None, party=Booking.Party.CLIENT, version=booking.version
        )
    else:
        ask(Task.Kind.CANNOT_COME, booking, owner_id=booking.created_by_id)
    said(link, "cannot_come_at", version)


def said(link: AppointmentLink, field: str, version: int) -> None:
    changed = {field: clock.now(), "answered_version": version}
    AppointmentLink.objects.filter(pk=link.pk).update(**changed)


@deadlock_retried
def please_call(link: AppointmentLink, *, version: int) -> None:
    """Whoever leads the family's case is asked to call, or whoever booked: whatever the hour is
    by now."""
    asked = AppointmentLink.objects.filter(pk=link.pk, please_call_at=None)
    if asked.update(please_call_at=clock.now()):
        case = selectors.open_case_of(link.booking)
        owner_id = case.lead_id if case else link.booking.created_by_id
        ask(Task.Kind.CALL_ASKED, link.booking, owner_id=owner_id)


def ask(kind: Task.Kind, booking: Booking, *, owner_id: int) -> None:
    open_task(
        kind,
        centre_id=booking.centre_id,
        about=f"booking:{booking.public_id}",
        due_on=clock.today(),
        owner_id=owner_id,
    )


@deadlock_retried
def stop_texts(link: AppointmentLink) -> None:
    """She wants no texts any more (D36)."""
    card = card_of(link)
    if card and card.opted_out_on is None:
        people_services.opt_out(card, through=Change.LINK)


def is_hers_alone(booking: Booking, recipient: Person) -> bool:
    """Whether nobody else is told of the hour, and nobody else's family comes."""
    day = clock.local(booking.starts_at).date()
    people = selectors.people_in(booking)
    children = {person for person in people if person.is_child_on(day)}
    adults = set(people) - children
    if adults - {recipient} or (children and booking.carer_id not in {None, recipient.pk}):
        return False
    wards = set(Carer.objects.filter(adult=recipient).values_list("child", flat=True))
    return all(c.pk in wards or c.household_id == recipient.household_id for c in children)


# --- Another hour ------------------------------------------------------------------------


def may_move(link: AppointmentLink) -> bool:
    """Whether she may choose another hour herself: where the service allows it, the hour is hers
    alone, and so early that cancelling it would not be late (D9)."""
    booking = link.booking
    return (
        booking.service is not None
        and booking.service.family_may_move
        and booking.starts_at - clock.now() >= closing.LATE_CANCELLATION
        and is_hers_alone(booking, link.recipient)
    )


def hours_for(link: AppointmentLink) -> list[datetime]:
    """When it could be instead, with the same specialist, soonest first."""
    if not may_move(link):
        return []
    search = planning.search_to_move(
        link.booking, lead=None, begins=clock.now(), ends=clock.now() + MOVE_WINDOW
    )
    starts = (instant_of(second) for second, _ in slots.free_slots(search).soonest_first())
    return [start for start in starts if start != link.booking.starts_at]


def offered(hours: Iterable[datetime], lasting: timedelta) -> dict[datetime, list[datetime]]:
    """A few on each of the first days, early and late, which do not overlap; by the day's
    midnight."""
    days: dict[datetime, list[datetime]] = {}
    for start in hours:
        midnight = clock.midnight(clock.local(start).date())
        if midnight not in days and len(days) == DAYS_OFFERED:
            break
        day = days.setdefault(midnight, [])
        if not day or start - day[-1] >= lasting:
            day.append(start)
    return {midnight: spread(day, HOURS_A_DAY) for midnight, day in days.items()}


def spread(hours: Sequence[datetime], most: int) -> list[datetime]:
    """So many of them at most, as evenly as they come."""
    if len(hours) <= most:
        return list(hours)
    return [hours[place * (len(hours) - 1) // (most - 1)] for place in range(most)]


@deadlock_retried
def move(link: AppointmentLink, starts_at: datetime, *, version: int) -> None:
    """To an hour that is offered; choosing it says that she will come. Raises HourChanged and
    HourGone, and says no more of why: a refusal must not tell of others (D11)."""
    check_hour(link, version)
    if starts_at not in hours_for(link):
        raise HourGone
    try:
        moved = services.reschedule_booking(
            link.booking, starts_at=starts_at, by=None, version=link.booking.version
        )
    except DomainError as error:
        raise HourGone from error
    said(link, "confirmed_at", moved.schedule_version)
