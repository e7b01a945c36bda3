"""Sessions follow the series of their group, and whoever comes follows the session."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from scheduling import signals
from scheduling.models import Booking
from workshops import sessions
from workshops.models import Group


@receiver(signals.bookings_confirmed)
@receiver(signals.bookings_rescheduled)
@receiver(signals.bookings_cancelled)
def follow(bookings: Sequence[Booking], **_: Any) -> None:
    """The locks of those who come are held with the sessions' (scheduling's COMING_ALONG)."""
    of_groups = [one for one in bookings if one.kind == Booking.Kind.SESSION and one.term_id]
    if of_groups:
        for group in Group.objects.filter(series__terms__bookings__in=of_groups).distinct():
            sessions.follow(group, of_groups)
