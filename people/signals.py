"""What people tells whoever listens, inside the same transaction."""

from django.dispatch import Signal

kept_apart = Signal()
"""Two people must not meet from now on: `pair`."""

card_changed = Signal()
"""A contact card was written: `card`. Her safe hours may be others now."""

walled_off = Signal()
"""A colleague is kin to a family and denied it from now on: `wall`."""
