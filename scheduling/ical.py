"""RFC 5545: the only module that writes iCalendar."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDuration,
)

from base.clock import SOFIA, local
from scheduling.feeds import FeedEvent
from scheduling.models import Booking, Feed

REFRESH = vDuration(timedelta(hours=1))

STATUS = {
    Booking.Status.HELD: "TENTATIVE",
    Booking.Status.CANCELLED: "CANCELLED",
}


def new_calendar() -> Calendar:
    """A VCALENDAR with Sofia's VTIMEZONE."""
    made = Calendar()
    made.add("prodid", "-//Pristan//Pristan//BG")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add_component(zone())
    return made


def calendar(events: Iterable[FeedEvent], *, detail: Feed.Detail) -> bytes:
    made = new_calendar()
    for event in events:
        made.add_component(vevent(event, detail))
    text: bytes = made.to_ical()
    return text


def zone() -> Timezone:
    """Sofia's rules since 1996 (RFC 5545 3.6.5), written out: `Timezone.from_tzinfo` of
    icalendar puts the onset of summer an hour late."""
    made = Timezone()
    made.add("tzid", SOFIA.key)
    rules: tuple[tuple[Component, datetime, int, int, int, str], ...] = (
        (TimezoneDaylight(), datetime(1996, 3, 31, 3), 3, 2, 3, "EEST"),  # noqa: DTZ001 - local, as RFC 5545 wants it
        (TimezoneStandard(), datetime(1996, 10, 27, 4), 10, 3, 2, "EET"),  # noqa: DTZ001
    )
    for part, onset, month, before, after, name in rules:
        part.add("dtstart", onset)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        part.add("tzname", name)
        made.add_component(part)
    return made


def vevent(event: FeedEvent, detail: Feed.Detail) -> Event:
    """UID is the booking's for ever; SEQUENCE grows with every change (RFC 5546 2.1.4).

    DTSTAMP is the last change, not the present: the same events are the same bytes.
    """
    made = Event()
    made.add("uid", f"{event.id}@pristan")
    made.add("sequence", event.sequence)
    made.add("dtstamp", event.changed_at)
    made.add("dtstart", local(event.starts_at))
    made.add("dtend", local(event.ends_at))
    made.add(
        "summary",
        event.initials if detail == Feed.Detail.DISCREET and event.initials else _("busy"),
    )
    made.add("status", STATUS.get(Booking.Status(event.status), "CONFIRMED"))
    made.add("transp", "TRANSPARENT" if event.status == Booking.Status.CANCELLED else "OPAQUE")
    made.add("class", "PRIVATE")
    return made
