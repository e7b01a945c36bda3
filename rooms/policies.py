"""Who takes families in, and who may see what of it. API and pages ask the same predicates."""

from people.models import Role
from people.policies import SEES_NAMES, SHELTERS, Staff

EXTENDS = frozenset({Role.Name.MANAGER})  # D23


def may_shelter(staff: Staff, centre_id: int) -> bool:
    """Hold, admit, move, check out, clean, and read who is in house. Also without papers: at
    three in the morning there is nobody to ask (D7)."""
    return staff.may(SHELTERS, centre_id)


def may_extend(staff: Staff, centre_id: int) -> bool:
    return staff.may(EXTENDS, centre_id)


def may_lend(staff: Staff, centre_id: int) -> bool:
    """Toys go to families whom she may find by name."""
    return staff.may(SEES_NAMES, centre_id)


def shelters(staff: Staff) -> bool:
    """In any of her centres."""
    return bool(staff.centres_where(SHELTERS))
