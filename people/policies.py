"""Who may do what: small predicates over what a user's roles are today."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.contrib.auth.models import AnonymousUser

from base import clock
from base.errors import NotAllowed
from people.credentials import Roles, roles_of
from people.models import Case, KinshipWall, Person, Role, User

R = Role.Name

SEES_NAMES = frozenset({R.PSYCHOLOGIST, R.COORDINATOR, R.SHELTER, R.LEADER, R.MANAGER})
"""May find a person of the centre by name."""

SEES_EVERYTHING = frozenset({R.COORDINATOR, R.MANAGER})
"""Needs to know of every family in the centre."""

BOOKS = frozenset({R.PSYCHOLOGIST, R.COORDINATOR, R.SHELTER, R.MANAGER})
SHELTERS = frozenset({R.SHELTER, R.COORDINATOR, R.MANAGER})
"""Takes families in, and knows where the house is and who sleeps there."""

OPENS_CASES = frozenset({R.PSYCHOLOGIST, R.COORDINATOR, R.MANAGER})
WAIVES_PAPERS = frozenset({R.COORDINATOR, R.MANAGER})
MANAGES_RESOURCES = frozenset({R.COORDINATOR, R.MANAGER})
READS_ACCESS_LOG = frozenset({R.DATA_OFFICER})


@dataclass(frozen=True)
class Staff:
    """A user with the roles she has today, by centre id."""

    user: User
    roles: Roles

    @property
    def centre_ids(self) -> list[int]:
        return sorted(self.roles)

    def may(self, roles: Iterable[str], centre_id: int) -> bool:
        """Whether any of her roles in that centre is among `roles`."""
        return not self.roles.get(centre_id, frozenset()).isdisjoint(roles)

    def centres_where(self, roles: Iterable[str]) -> list[int]:
        roles = frozenset(roles)
        return [centre for centre, own in self.roles.items() if own & roles]


def staff(user: User | AnonymousUser, *, on: date | None = None) -> Staff:
    """The user's roles on a date, today unless given."""
    return Staff(cast("User", user), roles_of(user.pk, on=on or clock.today()))


def require(allowed: bool) -> None:
    """Raises NotAllowed."""
    if not allowed:
        raise NotAllowed


def is_walled(staff: Staff, people: Iterable[Person]) -> bool:
    """Whether she is kin to any of these families (D12)."""
    households = {person.household_id for person in people}
    return KinshipWall.objects.filter(user=staff.user, household__in=households).exists()


def runs_centre_of(staff: Staff, person: Person) -> bool:
    return staff.may(SEES_EVERYTHING, person.centre_id)


def leads_case_of(staff: Staff, *people: Person) -> bool:
    households = {person.household_id for person in people}
    return Case.objects.filter(lead=staff.user, closed_on=None, household__in=households).exists()


NEED_TO_KNOW: list[Callable[[Staff, Person], bool]] = [runs_centre_of, leads_case_of]
"""Reasons for knowing more of a person than the name. Packages above add theirs."""


def knows_person(staff: Staff, person: Person) -> bool:
    """Need to know beyond the name: cards, cases, bookings. Never someone walled off."""
    if not staff.may(SEES_NAMES, person.centre_id) or is_walled(staff, [person]):
        return False
    return any(reason(staff, person) for reason in NEED_TO_KNOW)


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


def may_keep_apart(staff: Staff, centre_id: int) -> bool:
    """Who records, reads and lifts what keeps people apart (D11) and colleagues away (D12)."""
    return staff.may(SEES_EVERYTHING, centre_id)


def may_wall_off(staff: Staff, colleague: User, centre_id: int) -> bool:
    """Anybody may say that she herself is kin to a family."""
    return colleague == staff.user or may_keep_apart(staff, centre_id)


def may_register(staff: Staff, centre_id: int) -> bool:
    """Who may add a person to a centre's people."""
    return staff.may(SEES_NAMES, centre_id)
