"""What people tells whoever listens, inside the same transaction."""

from django.dispatch import Signal

kept_apart = Signal()
"""Two people must not meet from now on: `pair`."""

safe_hours_changed = Signal()
"""Her safe hours are others now: `card`."""

walled_off = Signal()
"""A colleague is kin to a family and denied it from now on: `wall`."""
