"""What the booking core tells whoever listens, inside the same transaction.

The first three are sent with `bookings`, one or all dates of a series that were written together
(rows locked, allocations written), the first two also with `people`, those who take part in them.
"""

from django.dispatch import Signal

bookings_confirmed = Signal()
"""With `is_series` where somebody has just decided on these dates of a series."""

bookings_rescheduled = Signal()
bookings_cancelled = Signal()
"""Also when a hold is let go."""

hold_expired = Signal()
"""A hold ran out unconfirmed: `booking` as it was while held."""
