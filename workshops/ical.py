"""RFC 5545: the public calendar of a workshop."""

from collections.abc import Iterable

from scheduling.feed_events import FeedEvent
from scheduling.ical import TAIL, new_calendar, vevent
from workshops.models import Workshop


def calendar(workshop: Workshop, events: Iterable[FeedEvent]) -> bytes:
    """Called as the workshop is and, if it has one, by the centre's public name (RFC 7986 5.1)."""
    made = new_calendar()
    name = " · ".join(filter(None, [workshop.name, workshop.centre.public_name.strip()]))
    made.add("name", name)
    made.add("x-wr-calname", name)
    head: bytes = made.to_ical()
    told = b"".join(vevent(event, visibility="PUBLIC") for event in events)
    return head.removesuffix(TAIL) + told + TAIL
