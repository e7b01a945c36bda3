"""Who takes families in, and who may see what of it. API and pages ask the same predicates."""

from people.models import Person, Role
from people.policies import SEES_NAMES, SHELTERS, Staff
from rooms.models import Stay

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


def shelters_family_of(staff: Staff, person: Person) -> bool:
    """The family is in house. That it waits or is expected is not enough: anybody on duty could
    ask for a place to look in."""
    here = Stay.objects.filter(household=person.household_id, status=Stay.Status.IN_HOUSE)
    return may_shelter(staff, person.centre_id) and here.exists()


def shelters(staff: Staff) -> bool:
    """In any of her centres."""
    return bool(staff.centres_where(SHELTERS))
