"""Who may see and do what in workshops. API and pages ask the same predicates."""

from people.models import Centre, Person
from people.policies import (
    BOOKS,
    MANAGES_RESOURCES,
    SEES_EVERYTHING,
    SEES_NAMES,
    WAIVES_PAPERS,
    R,
    Staff,
    is_walled,
    knows_person,
)
from workshops import selectors
from workshops.models import Enrolment, Group, Workshop

LEADS = frozenset({R.LEADER}) | BOOKS
NOTES_HELP = frozenset({R.LEADER}) | MANAGES_RESOURCES


def may_set_up(staff: Staff, centre_id: int) -> bool:
    """Workshops, groups and their places."""
    return staff.may(MANAGES_RESOURCES, centre_id)


def leads(staff: Staff, group: Group) -> bool:
    is_hers = selectors.led_by(staff).filter(pk=group.pk).exists()
    return is_hers and staff.may(LEADS, group.workshop.centre_id)


def may_run(staff: Staff, group: Group) -> bool:
    """Accept, decline, pass over, note attendance, cancel and move sessions; sees who comes."""
    return staff.may(SEES_EVERYTHING, group.workshop.centre_id) or leads(staff, group)


def may_ask(staff: Staff, workshop: Workshop) -> bool:
    """Enrol somebody or propose somebody, whoever it is."""
    return staff.may(SEES_NAMES, workshop.centre_id)


def may_propose(staff: Staff, group: Group, person: Person) -> bool:
    """Whoever needs to know the person, or runs the group."""
    if not may_ask(staff, group.workshop):
        return False
    return may_run(staff, group) or knows_person(staff, person)


def may_waive_papers(staff: Staff, workshop: Workshop) -> bool:
    return staff.may(WAIVES_PAPERS, workshop.centre_id)


def knows_enrolment(staff: Staff, enrolment: Enrolment) -> bool:
    """Whoever runs the group, and who needs to know the person; never kin (D12): those she is
    walled off from are not found at all."""
    return may_run(staff, enrolment.group) or knows_person(staff, enrolment.person)


def may_call_off(staff: Staff, centre: Centre) -> bool:
    """All riding of a day there."""
    return staff.may(SEES_EVERYTHING | {R.LEADER}, centre.pk)


def may_note_help(staff: Staff, centre_id: int) -> bool:
    """How long somebody helped: who leads workshops sees it."""
    return staff.may(NOTES_HELP, centre_id)


def rides_with(staff: Staff, person: Person) -> bool:
    """She leads a group in which the person rides, or is to."""
    theirs = selectors.led_by(staff).filter(
        workshop__riding__isnull=False,
        workshop__centre=person.centre_id,
        enrolments__person=person,
        enrolments__status__in=Enrolment.Status.live(),
    )
    return staff.may(LEADS, person.centre_id) and theirs.exists()


def knows_rider(staff: Staff, person: Person) -> bool:
    """Weight, clearance and how somebody rides: who needs to know the person, and who leads her
    rides; never kin (D12)."""
    if not staff.may(SEES_NAMES, person.centre_id) or is_walled(staff, [person]):
        return False
    return knows_person(staff, person) or rides_with(staff, person)
