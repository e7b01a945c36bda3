"""Who may do what on the pages, where no package below has asked yet."""

from people.models import Case, Person
from people.policies import OPENS_CASES, SEES_EVERYTHING, SEES_NAMES, Staff, knows_person


def may_register(staff: Staff, centre_id: int) -> bool:
    """The same as the API's."""
    return staff.may(SEES_NAMES, centre_id)


def may_open_case(staff: Staff, person: Person) -> bool:
    """Who needs to know the family; for a family without any case, every specialist. A case
    makes its lead know the family, so nobody may open one beside a colleague's to look in."""
    if not staff.may(OPENS_CASES, person.centre_id):
        return False
    is_new = not Case.objects.filter(household=person.household_id).exists()
    return is_new or knows_person(staff, person)


def chooses_lead(staff: Staff, centre_id: int) -> bool:
    """Who may make a colleague the lead of a case; others lead what they open."""
    return staff.may(SEES_EVERYTHING, centre_id)
