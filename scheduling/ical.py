"""RFC 5545: the only module that writes iCalendar."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, vDuration

from base.clock import SOFIA, local
from scheduling.feeds import AHEAD, BACK, FeedEvent
from scheduling.models import Booking, Feed

REFRESH = vDuration(timedelta(hours=1))

STATUS = {
    Booking.Status.HELD: "TENTATIVE",
    Booking.Status.CANCELLED: "CANCELLED",
}


def calendar(events: Iterable[FeedEvent], *, detail: Feed.Detail, today: datetime) -> bytes:
    """A VCALENDAR with Sofia's VTIMEZONE (RFC 5545 3.6.5) around the window of the feed."""
    made = Calendar()
    made.add("prodid", "-//Pristan//Pristan//BG")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add_component(zone(today))
    for event in events:
        made.add_component(vevent(event, detail))
    text: bytes = made.to_ical()
    return text


def zone(today: datetime) -> Timezone:
    first, last = (today - BACK).date(), (today + AHEAD).date()
    return Timezone.from_tzinfo(
        SOFIA,
        first_date=first.replace(year=first.year - 1),
        last_date=last.replace(year=last.year + 1, day=1),
    )


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
