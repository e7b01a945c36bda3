"""What the booking core tells whoever listens, inside the same transaction.

Each is sent with `booking` (its row locked, allocations written); the first two also with
`people`, those who take part.
"""

from django.dispatch import Signal

booking_confirmed = Signal()
booking_rescheduled = Signal()
booking_cancelled = Signal()
"""Also when a hold is let go."""

hold_expired = Signal()
"""A hold ran out unconfirmed: `booking` as it was while held."""
