"""Commands on who is in a stay: births, those who join or leave, those away for some nights."""

from datetime import date

from base import clock
from people.models import Person, User
from people.services import register_person
from rooms import arranging, selectors, services, steps
from rooms.errors import (
    AlreadyAway,
    BirthOutsideStay,
    LastMember,
    NotAMember,
    NotAway,
    SeveralFamilies,
)
from rooms.fitting import party_of
from rooms.models import Absence, Member, Stay
from rooms.nights import DAY, Nights, tonight
from rooms.selectors import StayLeg
from scheduling import writing
from scheduling.models import Change
from scheduling.taking import deadlock_retried

What = Change.What


@deadlock_retried
def record_birth(
    stay: Stay,
    *,
    given_name: str,
    family_name: str,
    birth_on: date | None = None,
    by: User,
    version: int | None = None,
) -> Member:
    """A child is born to a family in house (D25), today unless said otherwise: a member from
    tonight on, whatever the beds. Raises WrongStay, StaleVersion, and BirthOutsideStay for one
    before the family came or still ahead."""
    stay = steps.take(stay, version=version)
    steps.check_in_house(stay)
    birth_on = birth_on or clock.today()
    if not stay.from_on <= birth_on <= clock.today():
        raise BirthOutsideStay(from_on=f"{stay.from_on:%d.%m.%Y}")
    child = register_person(
        stay.centre,
        given_name=given_name,
        family_name=family_name,
        birth_on=birth_on,
        household=stay.household,
    )
    return take_in(stay, child, by=by)


@deadlock_retried
def add_member(stay: Stay, person: Person, *, by: User, version: int | None = None) -> Member:
    """Somebody of the family joins it.

    Raises WrongStay, StaleVersion, SeveralFamilies, UnitTooSmall, AlreadyInHouse, PersonTaken,
    NotTogether.
    """
    stay = steps.take(stay, people=[person], version=version)
    steps.check_in_house(stay)
    if person.household_id != stay.household_id:
        raise SeveralFamilies
    ahead = Nights(tonight(), max(stay.to_on, tonight()))
    # Herself among those in house is a mistake of the caller's, not another stay.
    arranging.check_people([person], ahead)
    together = [*selectors.expected(stay), person]
    party = party_of(together, on=tonight(), needs=stay.needs, kind=stay.kind)
    legs = [here(stay), *steps.cut(selectors.legs_of(stay), ahead)]
    units = services.now_of(stay, legs)
    for leg in legs:
        steps.check_fits(units[leg.unit.pk], party, leg.nights)
    member = take_in(stay, person, by=by)
    services.warn_of_meetings(stay, [person])
    return member


def here(stay: Stay) -> StayLeg:
    """The unit the family is in, tonight."""
    occupancy = stay.occupancies.select_related("unit__resource").get(ended_at=None)
    return StayLeg(occupancy.unit.resource, Nights(tonight(), tonight() + DAY))


def take_in(stay: Stay, person: Person, *, by: User) -> Member:
    member = Member.objects.create(stay=stay, person=person, joined_on=tonight())
    arranging.write_again(stay, selectors.legs_of(stay), what=What.JOINED, by=by)
    steps.keep(stay)
    return member


@deadlock_retried
def part_member(member: Member, *, by: User, version: int | None = None) -> Member:
    """She left, the others stay. Raises WrongStay, StaleVersion, NotAMember, LastMember."""
    stay = steps.take(member.stay, version=version)
    steps.check_in_house(stay)
    present = {one.pk: one for one in selectors.members_of(stay)}
    if member.pk not in present:
        raise NotAMember
    member = present.pop(member.pk)
    if all(one.person.is_child_on(tonight()) for one in present.values()):
        raise LastMember
    member.left_on = tonight()
    member.save()
    member.absences.filter(ended_at=None).update(ended_at=clock.now())
    arranging.write_again(stay, selectors.legs_of(stay), what=What.PARTED, by=by)
    steps.keep(stay)
    return member


@deadlock_retried
def begin_absence(
    member: Member, kind: Absence.Kind, *, by: User, version: int | None = None
) -> Absence:
    """In hospital or on home leave: the unit stays theirs (D25).
    Raises WrongStay, StaleVersion, NotAMember, AlreadyAway."""
    stay = in_house_with(member, version=version)
    if member.absences.filter(ended_at=None).exists():
        raise AlreadyAway
    absence = Absence.objects.create(member=member, kind=kind, began_at=clock.now())
    writing.record(arranging.booking_of(stay), What.ABSENT, by=by.pk, facts={"kind": kind.value})
    steps.keep(stay)
    return absence


@deadlock_retried
def end_absence(member: Member, *, by: User, version: int | None = None) -> Member:
    """Back again. Raises WrongStay, StaleVersion, NotAMember, NotAway."""
    stay = in_house_with(member, version=version)
    if not member.absences.filter(ended_at=None).update(ended_at=clock.now()):
        raise NotAway
    writing.record(arranging.booking_of(stay), What.ABSENT, by=by.pk, facts={"kind": "back"})
    steps.keep(stay)
    return member


def in_house_with(member: Member, *, version: int | None) -> Stay:
    """The member's stay, locked, while she is in it."""
    stay = steps.take(member.stay, version=version)
    steps.check_in_house(stay)
    if not stay.members.filter(pk=member.pk, left_on=None).exists():
        raise NotAMember
    return stay
