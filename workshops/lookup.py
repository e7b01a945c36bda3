"""From public ids to rows the caller may name: unknown, foreign and walled are one NotFound."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from people.models import Centre, Person
from people.policies import Staff, is_walled, require
from people.selectors import not_found, people_of
from people.selectors import person as find_person
from people.services import note_read
from scheduling import lookup as scheduling_lookup
from scheduling.models import Resource
from workshops import help_hours, herd, policies, selectors
from workshops.models import Clearance, Enrolment, Group, Help, Helper, Horse, Session, Workshop


def workshop(staff: Staff, public_id: UUID) -> Workshop:
    """Raises NotFound."""
    found = selectors.workshops_of(staff).filter(public_id=public_id)
    return found.first() or not_found("workshop")


def leaders(staff: Staff, centre_id: int, public_ids: Sequence[UUID]) -> list[Resource]:
    """Colleagues of the centre. Raises NotFound."""
    of_centre = scheduling_lookup.specialists_of(staff).filter(user__roles__centre=centre_id)
    return all_named(of_centre, public_ids, "specialist")


def rooms(staff: Staff, centre_id: int, public_ids: Sequence[UUID]) -> list[Resource]:
    """Raises NotFound."""
    of_centre = scheduling_lookup.places_of(staff, Resource.Kind.ROOM).filter(centre=centre_id)
    return all_named(of_centre, public_ids, "room")


def all_named(among: QuerySet[Resource], public_ids: Sequence[UUID], what: str) -> list[Resource]:
    found = list(among.filter(public_id__in=public_ids).distinct())
    return found if len(found) == len(set(public_ids)) else not_found(what)


def group(staff: Staff, public_id: UUID) -> Group:
    """Raises NotFound."""
    return selectors.groups_of(staff).filter(public_id=public_id).first() or not_found("group")


def own_group(staff: Staff, public_id: UUID) -> Group:
    """One that she runs. Raises NotFound, NotAllowed."""
    found = group(staff, public_id)
    require(policies.may_run(staff, found))
    return found


def session(staff: Staff, public_id: UUID) -> Session:
    """Raises NotFound."""
    found = selectors.sessions_of(staff).filter(public_id=public_id)
    return found.first() or not_found("session")


def own_session(staff: Staff, public_id: UUID) -> Session:
    """Of a group that she runs. Raises NotFound, NotAllowed."""
    found = session(staff, public_id)
    require(policies.may_run(staff, found.group))
    return found


def enrolment(staff: Staff, public_id: UUID) -> Enrolment:
    """Raises NotFound: also to whoever does not need to know of it."""
    found = selectors.enrolments_of(staff).filter(public_id=public_id).first()
    if found is None or is_walled(staff, [found.person]):
        return not_found("enrolment")
    if not people_of(staff).filter(pk=found.person_id).exists():
        return not_found("enrolment")
    return found if policies.knows_enrolment(staff, found) else not_found("enrolment")


def enrolment_in_own_group(staff: Staff, public_id: UUID) -> Enrolment:
    """Raises NotFound, NotAllowed."""
    found = enrolment(staff, public_id)
    require(policies.may_run(staff, found.group))
    return found


def horse(staff: Staff, public_id: UUID) -> Horse:
    """Raises NotFound."""
    return herd.horses_of(staff).filter(public_id=public_id).first() or not_found("horse")


def changeable_horse(staff: Staff, public_id: UUID) -> Horse:
    """Raises NotFound, NotAllowed."""
    found = horse(staff, public_id)
    assert found.resource.centre_id is not None
    require(policies.may_set_up(staff, found.resource.centre_id))
    return found


def rider(staff: Staff, public_id: UUID) -> Person:
    """Whose riding she may see and note; the reading is kept (D39). Raises NotFound, NotAllowed."""
    person = find_person(staff, public_id)
    require(policies.knows_rider(staff, person))
    note_read(staff.user, person.centre_id, "person", person.public_id)
    return person


def clearance(staff: Staff, public_id: UUID) -> Clearance:
    """Raises NotFound, NotAllowed."""
    seen = Clearance.objects.filter(person__in=people_of(staff)).select_related("person")
    found = seen.filter(public_id=public_id).first() or not_found("clearance")
    require(policies.knows_rider(staff, found.person))
    return found


def horse_of_centre(staff: Staff, centre_id: int, public_id: UUID) -> Horse:
    """Raises NotFound."""
    found = herd.horses_of(staff).filter(resource__centre=centre_id, public_id=public_id)
    return found.first() or not_found("horse")


def helper(staff: Staff, public_id: UUID) -> Helper:
    """Raises NotFound."""
    found = help_hours.helpers_of(staff).filter(public_id=public_id)
    return found.first() or not_found("helper")


def changeable_helper(staff: Staff, public_id: UUID) -> Helper:
    """Raises NotFound, NotAllowed."""
    found = helper(staff, public_id)
    require(policies.may_set_up(staff, found.centre_id))
    return found


def colleague(staff: Staff, centre: Centre, public_id: UUID) -> Resource:
    """A specialist who works in that centre. Raises NotFound."""
    found = scheduling_lookup.specialist(staff, public_id)
    scheduling_lookup.centre_for(staff, found, centre.public_id)
    return found


def help_note(staff: Staff, public_id: UUID) -> Help:
    """One that she may take away. Raises NotFound, NotAllowed."""
    seen = Help.objects.filter(helper__in=help_hours.helpers_of(staff)).select_related("helper")
    found = seen.filter(public_id=public_id).first() or not_found("help")
    require(policies.may_note_help(staff, found.helper.centre_id))
    return found
