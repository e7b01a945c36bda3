"""What rooms tells whoever listens, inside the same transaction."""

from django.dispatch import Signal

unit_offered = Signal()
"""A unit is held for a family from the waiting list: `stay`."""
