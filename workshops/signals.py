"""What workshops tell whoever listens, inside the same transaction."""

from django.dispatch import Signal

place_offered = Signal()
"""A place is held for somebody from a waiting list, until the offer runs out: `enrolment`, with the
`booking` that holds her first hour."""
