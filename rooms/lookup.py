"""From public ids to rows the caller may name: unknown, foreign and walled are one NotFound."""

from uuid import UUID

from people import selectors as people_selectors
from people.models import Centre, Person
from people.policies import SHELTERS, Staff, require
from people.selectors import not_found
from rooms import policies, selectors
from rooms.models import Loan, Member, Stay
from scheduling.models import Resource


def stay(staff: Staff, public_id: UUID) -> Stay:
    """Raises NotFound."""
    found = selectors.stays_of(staff).filter(public_id=public_id)
    return found.first() or not_found("stay")


def member(of: Stay, person_id: UUID) -> Member:
    """Whoever is in the stay, by her own id. Raises NotFound."""
    found = of.members.filter(left_on=None, person__public_id=person_id).select_related("stay")
    return found.first() or not_found("member")


def relative(of: Stay, person_id: UUID) -> Person:
    """Somebody of the stay's own family. Raises NotFound."""
    found = Person.objects.filter(household=of.household_id, public_id=person_id)
    return found.select_related("household").first() or not_found("person")


def unit(staff: Staff, public_id: UUID) -> Resource:
    """Raises NotFound."""
    found = selectors.unit_resources(staff).select_related("unit", "centre")
    return found.filter(public_id=public_id).first() or not_found("unit")


def sheltering_unit(staff: Staff, public_id: UUID) -> Resource:
    """A unit of a centre in which she shelters. Raises NotFound, NotAllowed."""
    found = unit(staff, public_id)
    assert found.centre_id is not None
    require(policies.may_shelter(staff, found.centre_id))
    return found


def sheltering_centre(staff: Staff, public_id: UUID | None) -> Centre:
    """The named centre, or the only one in which she shelters. Raises NotFound, NotAllowed."""
    if public_id is not None:
        centre = people_selectors.centre(staff, public_id)
        require(policies.may_shelter(staff, centre.pk))
        return centre
    require(policies.shelters(staff))
    centres = people_selectors.centres_of(staff).filter(pk__in=staff.centres_where(SHELTERS))
    only = list(centres[:2])
    return only[0] if len(only) == 1 else not_found("centre")


def toy(staff: Staff, public_id: UUID) -> Resource:
    """Raises NotFound."""
    return selectors.toys(staff).filter(public_id=public_id).first() or not_found("toy")


def loan(staff: Staff, public_id: UUID) -> Loan:
    """Raises NotFound."""
    return selectors.loans_of(staff).filter(public_id=public_id).first() or not_found("loan")
