"""When a text may leave, and why it may not: facts in, verdict out, nothing sent or stored."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import clock
from notifications import texts, wording
from notifications.models import Reminder
from people.models import ContactCard, Silence
from scheduling.models import Booking

AHEAD = {
    Reminder.Kind.THREE_DAYS: timedelta(hours=72),
    Reminder.Kind.ONE_DAY: timedelta(hours=24),
}
DAY_OPENS, DAY_CLOSES = time(9), time(20)  # D30, Sofia
CLOSING_MARGIN = timedelta(minutes=15)
"""A text due "before the window closes" leaves this much room for the worker."""

USEFUL_UNTIL = timedelta(hours=2)
"""A reminder later than this before the start helps nobody."""


class Hindrance(models.TextChoices):
    """Why a reminder is not sent although the card allows texts."""

    TOO_LATE = "too_late", _("it would come too late")
    OUTSIDE_HOURS = "outside_hours", _("there is no hour that is safe for her before it")
    TELLING_TEXT = "telling_text", _("the text would say too much")


@dataclass(frozen=True)
class Send:
    """It may leave now."""

    to: str
    body: str


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
    """The appointment is no longer what it was about."""


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


def due_at(starts_at: datetime, kind: Reminder.Kind, card: ContactCard | None) -> datetime | None:
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


def next_opening(after: datetime, card: ContactCard) -> datetime | None:
    """The next safe moment from `after` on."""
    day = clock.local(after).date()
    for candidate in (day, day + timedelta(days=1)):
        window = window_on(candidate, card)
        if window and after < window[1]:
            return max(after, window[0])
    return None


def verdict(reminder: Reminder, card: ContactCard | None, *, now: datetime) -> Verdict:
    """What to do with a reminder at `now`: everything is checked at the moment of sending
    (D32), whatever was true when it was planned."""
    booking = reminder.booking
    if (
        booking.status != Booking.Status.CONFIRMED
        or booking.schedule_version != reminder.schedule_version
    ):
        return Drop()
    if card is None:
        return Keep(Silence.NO_CARD)
    if silence := card.silence_on(clock.local(now).date()):
        return Keep(silence)
    if now >= last_useful(reminder):
        return Keep(Hindrance.TOO_LATE)
    opening = next_opening(now, card)
    if opening is None or opening >= last_useful(reminder):
        return Keep(Hindrance.OUTSIDE_HOURS)
    if opening > now:
        return Wait(opening)
    return composed(reminder, card)


def last_useful(reminder: Reminder) -> datetime:
    """The earlier reminder is worth something only before the later one's time."""
    starts_at = reminder.booking.starts_at
    if reminder.kind == Reminder.Kind.THREE_DAYS:
        return starts_at - AHEAD[Reminder.Kind.ONE_DAY]
    return starts_at - USEFUL_UNTIL


def composed(reminder: Reminder, card: ContactCard) -> Send | Keep:
    """The text itself, checked as rendered (D28)."""
    booking = reminder.booking
    body = wording.render(
        "reminder",
        wording=card.wording,
        language=card.language,
        script=card.script,
        starts_at=booking.starts_at,
        public_name=booking.centre.public_name,
    )
    try:
        texts.check_text(body, forbidden=names_in(booking))
    except texts.TellingText:
        return Keep(Hindrance.TELLING_TEXT)
    return Send(to=str(card.phone), body=body)


def names_in(booking: Booking) -> set[str]:
    """Every name this booking could leak: its people, its staff, its service, its centre."""
    people: Any = booking.participations.values_list("person__given_name", "person__family_name")
    staff = booking.allocations.filter(resource__user__isnull=False).values_list(
        "resource__user__first_name", "resource__user__last_name"
    )
    names = {name for pair in (*people, *staff) for name in pair if name}
    service = {booking.service.name} if booking.service else set()
    return names | service | {booking.centre.name}
