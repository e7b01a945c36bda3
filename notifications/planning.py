"""When a text may leave, and why it may not: facts in, verdict out, nothing sent or stored."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from base import clock
from notifications import subjects, texts, voice, wording
from notifications.models import Reminder
from notifications.voice import Voice
from people.models import ContactCard, Person, Silence
from scheduling.models import Allocation, Booking, Participation

Kind = Reminder.Kind

AHEAD = {Kind.THREE_DAYS: timedelta(hours=72), Kind.ONE_DAY: timedelta(hours=24)}
DAY_OPENS, DAY_CLOSES = time(9), time(20)  # D30, Sofia
CLOSING_MARGIN = timedelta(minutes=15)
"""A text due "before the window closes" leaves this much room for the worker."""

USEFUL_UNTIL = timedelta(hours=2)
"""A reminder later than this before the start helps nobody."""

NOTICE_WAITS = timedelta(minutes=3)
"""What is undone so soon is never told (D32)."""


class Hindrance(models.TextChoices):
    """Why a reminder is not sent although the card allows texts."""

    TOO_LATE = "too_late", _("it would come too late")
    OUTSIDE_HOURS = "outside_hours", _("there is no hour that is safe for her before it")
    TELLING_TEXT = "telling_text", _("the text would say too much")
    TOLD_ALREADY = "told_already", _("the same text left for another child of the family")


@dataclass(frozen=True)
class Send:
    """It may leave now, and is worth nothing after that instant; `link` is the address in it."""

    to: str
    body: str
    until: datetime
    link: str = ""


@dataclass(frozen=True)
class Wait:
    """Not now, but at that instant."""

    until: datetime


@dataclass(frozen=True)
class Keep:
    """It must not leave; `why` is a code of Silence or Hindrance."""

    why: str


@dataclass(frozen=True)
class Drop:
    """What it was about is no longer so."""


Verdict = Send | Wait | Keep | Drop


def explained(why: str) -> str:
    """The sentence for a stored code."""
    for reasons in (Silence, Hindrance):
        if why in reasons.values:
            return str(reasons(why).label)
    return ""


def window_on(day: date, card: ContactCard | None) -> tuple[datetime, datetime] | None:
    """When texts may reach her on a date: her safe hours within 09:00-20:00 Sofia (D30)."""
    opens = max(DAY_OPENS, card.safe_from if card else DAY_OPENS)
    closes = min(DAY_CLOSES, card.safe_until if card else DAY_CLOSES)
    if opens >= closes:
        return None
    return clock.instant(day, opens), clock.instant(day, closes)


def due_at(starts_at: datetime, kind: Kind, card: ContactCard | None) -> datetime | None:
    """72 or 24 hours before, or the last safe moment earlier; None without any safe hour."""
    target = starts_at - AHEAD[kind]
    day = clock.local(target).date()
    for candidate in (day, day - timedelta(days=1)):
        window = window_on(candidate, card)
        if window is None:
            return None
        opens, closes = window
        if opens <= target:
            return min(target, max(opens, closes - CLOSING_MARGIN))
    return None


def next_opening(after: datetime, card: ContactCard | None) -> datetime | None:
    """The next safe moment from `after` on."""
    day = clock.local(after).date()
    for candidate in (day, day + timedelta(days=1)):
        window = window_on(candidate, card)
        if window and after < window[1]:
            return max(after, window[0])
    return None


def notice_due_at(card: ContactCard | None) -> datetime | None:
    """When news may leave that is told now; None without any safe hour."""
    return next_opening(clock.now() + NOTICE_WAITS, card)


def verdict(
    reminder: Reminder, card: ContactCard | None, *, now: datetime, link: str = ""
) -> Verdict:
    """What to do with a reminder at `now`: everything is checked at the moment of sending
    (D32), whatever was true when it was planned. `link` is an address that its text may hold."""
    subject = subjects.of(reminder, now=now)
    if subject is None:
        return Drop()
    if card is None:
        return Keep(Silence.NO_CARD)
    if silence := silence_of(reminder, card, clock.local(now).date()):
        return Keep(silence)
    until = last_useful(reminder, subject)
    if now >= until:
        return Keep(Hindrance.TOO_LATE)
    opening = now if reminder.kind == Kind.CODE else next_opening(now, card)
    if opening is None or opening >= until:
        return Keep(Hindrance.OUTSIDE_HOURS)
    if opening > now:
        return Wait(opening)
    return composed(reminder, subject, card, link=link)


def silence_of(reminder: Reminder, card: ContactCard, day: date) -> Silence | None:
    """Why her card allows no such text on that day. A code is what makes a number verified, and
    safe or not she has the telephone in her hand (D27)."""
    silence = card.silence_on(day)
    if reminder.kind == Kind.CODE and silence not in {
        Silence.NO_PHONE,
        Silence.OPTED_OUT,
        Silence.NO_CONSENT,
    }:
        return None
    return silence


def last_useful(reminder: Reminder, subject: wording.Facts) -> datetime:
    """The earlier reminder is worth something only before the later one's time; news of a change
    until the hour it is about."""
    match reminder.kind:
        case Kind.THREE_DAYS:
            return subject.starts_at - AHEAD[Kind.ONE_DAY]
        case Kind.ONE_DAY:
            return subject.starts_at - USEFUL_UNTIL
        case _:
            return subject.starts_at


def composed(
    reminder: Reminder,
    subject: wording.Facts,
    card: ContactCard,
    *,
    link: str = "",
    own: Voice | None = None,
) -> Send | Keep:
    """The text itself, checked as rendered (D28). Of links it may hold ours alone. Who judges many
    at once has read the centre's voice before."""
    own = own or voice.now_of(reminder.centre_id)
    names = names_around(reminder)
    if link and not may_carry(link, reminder, subject, card, own.keeps(names)):
        link = ""
    said = voice.say(
        own,
        text_kind(reminder, subject),
        replace(subject, link=link),
        wording=card.wording,
        language=card.language,
        script=card.script,
        people=names,
    )
    if said is None:
        return Keep(Hindrance.TELLING_TEXT)
    return Send(to=str(card.phone), body=said.text, until=last_useful(reminder, subject), link=link)


def may_carry(
    link: str,
    reminder: Reminder,
    subject: wording.Facts,
    card: ContactCard,
    names: Collection[texts.Names],
) -> bool:
    """Whether the text may hold that link: where the card allows it, the text is about one
    appointment still to come, and our own address is not telling."""
    booking = reminder.booking
    return (
        card.allows_link
        and booking is not None
        and booking.kind in Booking.Kind.with_people()
        and reminder.kind in {*AHEAD, Kind.MOVED}
        and (subject.dates, subject.starts_at) == (1, booking.starts_at)
        and not is_telling_address(link.rpartition("/v/")[0], names)
    )


def is_telling_address(address: str, names: Collection[texts.Names]) -> bool:
    try:
        texts.check_text(address, also=names, links_allowed=True)
    except texts.TellingText:
        return True
    return False


def text_kind(reminder: Reminder, subject: wording.Facts) -> str:
    """The wording's word for it."""
    if reminder.kind in AHEAD:
        return "reminder"
    many = subject.dates > 1 and reminder.kind in {Kind.MOVED, Kind.CANCELLED}
    return f"{reminder.kind}_many" if many else reminder.kind


NAMED = (
    Prefetch("participations", Participation.objects.select_related("person")),
    Prefetch("allocations", Allocation.objects.select_related("resource__user")),
    Prefetch("carer", Person.objects.all()),
)
"""Whoever wants the names in many bookings fetches this with them."""

COVERED = Prefetch("covered", Reminder.objects.select_related("booking"))


def gather_names(reminders: Iterable[Reminder]) -> None:
    """Read all that `names_around` asks of each, for as many questions whether there are few or
    many."""
    reminders = list(reminders)
    notices = [one for one in reminders if one.kind in Kind.notices()]
    prefetch_related_objects(notices, COVERED)
    told = [*reminders, *(one for notice in notices for one in notice.covered.all())]
    prefetch_related_objects([one.booking for one in told if one.booking], *NAMED)


def names_around(reminder: Reminder) -> set[str]:
    """What a text could leak beside the names of the whole centre (`voice`): of its recipient, and
    of everybody in the bookings that it tells of."""
    gather_names([reminder])
    told = [reminder]
    if reminder.kind in Kind.notices():
        told += reminder.covered.all()
    names = {reminder.recipient.given_name, reminder.recipient.family_name}
    return names.union(*(names_in(one.booking) for one in told if one.booking))


def names_in(booking: Booking) -> set[str]:
    """Of its people, its carer and its specialists, who may have left the centre since."""
    people = [seat.person for seat in booking.participations.all()]
    people += [booking.carer] if booking.carer else []
    staff = [held.resource.user for held in booking.allocations.all() if held.resource.user]
    names = {name for one in people for name in (one.given_name, one.family_name)}
    names |= {name for user in staff for name in (user.first_name, user.last_name)}
    return names - {""}
