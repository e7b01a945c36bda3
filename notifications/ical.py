"""RFC 5545: one appointment as a file for the recipient's own calendar.

It says when, and nothing else: no name, no place, nothing of us.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from base import clock
from scheduling.ical import zone

NAMES = UUID("5b0f8c6e-6f0e-4c39-9b37-3f3b6d2a8e10")
"""The booking's own id is for staff: what stands in the file is made of it."""


def appointment(
    booking: UUID, *, starts_at: datetime, ends_at: datetime, sequence: int, stamp: datetime
) -> bytes:
    """The same booking is the same UID, and a moved one the next SEQUENCE, so that a calendar that
    takes the file again moves its entry (RFC 5546 2.1.4)."""
    made = Calendar()
    made.add("prodid", "-//Appointment//Appointment//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add_component(zone())
    event = Event()
    event.add("uid", str(uuid5(NAMES, str(booking))))
    event.add("dtstamp", stamp)
    event.add("dtstart", moment(starts_at))
    event.add("dtend", moment(ends_at))
    event.add("sequence", sequence)
    event.add("summary", _("Reminder"))
    event.add("class", "PRIVATE")
    made.add_component(event)
    text: bytes = made.to_ical()
    return text


def moment(instant: datetime) -> datetime:
    """On Sofia's clock; in UTC when that hour comes a second time (RFC 5545 3.3.5)."""
    at = clock.local(instant)
    return instant.astimezone(UTC) if at.fold else at
