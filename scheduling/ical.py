"""RFC 5545: what writes iCalendar for feeds; the calendar around the events is icalendar's."""

from datetime import UTC, datetime, timedelta
from functools import cache

from django.utils.translation import gettext as _
from icalendar import (
    Calendar,
    Component,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vDuration,
)

from base.clock import SOFIA, local
from scheduling.feed_events import CANCELLED, CONFIRMED, TENTATIVE, FeedEvent

REFRESH = vDuration(timedelta(hours=1))

TAIL = b"END:VCALENDAR\r\n"
FOLD = 75
"""Octets of a line at most (RFC 5545 3.1)."""

ESCAPES = {
    **dict.fromkeys(range(32)),
    ord("\t"): "\t",
    ord("\n"): "\\n",
    ord("\\"): "\\\\",
    ord(";"): "\\;",
    ord(","): "\\,",
}
"""RFC 5545 3.3.11; other control characters may not stand in a text at all."""

STATUS = {
    CANCELLED: "STATUS:CANCELLED\r\nTRANSP:TRANSPARENT",
    TENTATIVE: "STATUS:TENTATIVE\r\nTRANSP:OPAQUE",
    CONFIRMED: "STATUS:CONFIRMED\r\nTRANSP:OPAQUE",
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


@cache
def head() -> bytes:
    """A calendar before its first event."""
    text: bytes = new_calendar().to_ical()
    return text.removesuffix(TAIL)


def vevent(event: FeedEvent, *, visibility: str = "PRIVATE") -> bytes:
    """UID is the booking's for ever; SEQUENCE grows with every change (RFC 5546 2.1.4).

    DTSTAMP is the last change, not the present: the same events are the same bytes. We write it
    ourselves: icalendar needs many times as long.
    """
    summary = folded(f"SUMMARY:{(event.title or _('busy')).translate(ESCAPES)}")
    return (
        f"BEGIN:VEVENT\r\n{summary}\r\nDTSTART{moment(event.starts_at)}\r\n"
        f"DTEND{moment(event.ends_at)}\r\nDTSTAMP:{universal(event.changed_at)}\r\n"
        f"UID:{event.uid}@pristan\r\nSEQUENCE:{event.sequence}\r\nCLASS:{visibility}\r\n"
        f"{STATUS[event.state]}\r\nEND:VEVENT\r\n"
    ).encode()


def folded(line: str) -> str:
    """No longer than FOLD octets, and never broken within a character."""
    if len(line) * 2 <= FOLD or len(octets := line.encode()) <= FOLD:
        return line
    begins, ends, parts = 0, FOLD, []
    while ends < len(octets):
        while octets[ends] & 0b1100_0000 == 0b1000_0000:
            ends -= 1
        parts.append(octets[begins:ends].decode())
        begins, ends = ends, ends + FOLD - 1  # the space before the rest counts
    return "\r\n ".join([*parts, octets[begins:].decode()])


def moment(instant: datetime) -> str:
    """On Sofia's clock; in UTC when that hour comes a second time, which a local time cannot say
    (RFC 5545 3.3.5)."""
    at = local(instant)
    if at.fold:
        return f":{universal(instant)}"
    return f";TZID={SOFIA.key}:{wall_clock(at)}"


def universal(instant: datetime) -> str:
    return f"{wall_clock(instant.astimezone(UTC))}Z"


def wall_clock(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"
