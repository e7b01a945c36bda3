"""Who may look at what became of texts, beyond the bookings she knows of."""

from people.policies import SEES_EVERYTHING, Staff


def may_see_effect(staff: Staff, centre_id: int) -> bool:
    """Counts over everybody of a centre."""
    return staff.may(SEES_EVERYTHING, centre_id)


def may_call(staff: Staff, centre_id: int) -> bool:
    """Sees the phones of whom no text reached, and notes that she called."""
    return staff.may(SEES_EVERYTHING, centre_id)
