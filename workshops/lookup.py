"""From public ids to rows the caller may name: unknown, foreign and walled are one NotFound."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from people.policies import Staff, is_walled, require
from people.selectors import not_found, people_of
from scheduling import lookup as scheduling_lookup
from scheduling.models import Resource
from workshops import policies, selectors
from workshops.models import Enrolment, Group, Session, Workshop


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
