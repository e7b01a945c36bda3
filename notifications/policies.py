"""Who may look at what became of texts, beyond the bookings she knows of."""

from people.models import Role
from people.policies import SEES_EVERYTHING, Staff

WORDS_TEXTS = frozenset({Role.Name.MANAGER})
"""Answers for what a centre says to the phones of those it serves."""


def may_see_effect(staff: Staff, centre_id: int) -> bool:
    """Counts over everybody of a centre."""
    return staff.may(SEES_EVERYTHING, centre_id)


def may_call(staff: Staff, centre_id: int) -> bool:
    """Sees the phones of whom no text reached, and notes that she called."""
    return staff.may(SEES_EVERYTHING, centre_id)


def may_word_texts(staff: Staff, centre_id: int) -> bool:
    return staff.may(WORDS_TEXTS, centre_id)
