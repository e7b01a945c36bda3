"""Commands on stays from the door to the last morning: each changes state in one transaction,
along Stay.Status.moves (D17-D25).

Dates of a stay are nights and a day of leaving (rooms.nights): whoever comes at three in the
morning comes for the night that began the evening before.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from base import clock
from base.errors import NotFound
from base.models import Task
from base.services import finish_task_about, open_task, task_of_day
from people.models import Person, User
from people.policies import Staff
from people.services import note_read
from rooms import arranging, lookup, reserving, selectors, snapshot, steps
from rooms.arranging import booking_of
from rooms.errors import (
    ArrivesLater,
    EndsNoLater,
    NobodyNamed,
    NoPapers,
    OutsideStay,
    StayIsOver,
    UnitNotReady,
    UnitTaken,
)
from rooms.fitting import party_of
from rooms.models import WARNINGS, Absence, Extension, Member, Occupancy, Stay
from rooms.nights import DAY, Nights, latest_end, tonight
from rooms.selectors import StayLeg
from rooms.states import UnitNow
from scheduling import selectors as scheduling_selectors
from scheduling.models import Booking, Change, Resource
from scheduling.taking import deadlock_retried

PAPERS_DUE = timedelta(days=14)  # D7

Status = Stay.Status
What = Change.What


@deadlock_retried
def check_in(
    stay: Stay,
    people: Sequence[Person] = (),
    *,
    without_papers: str = "",
    by: User,
    version: int | None = None,
) -> Stay:
    """They are here: tonight is their first night, whatever was planned. `people` are those who
    came, if not those who were expected; `without_papers` is the reason (D7).

    Raises WrongStay, StaleVersion, NobodyNamed, SeveralFamilies, StayIsOver, NoPapers,
    UnitTaken, UnitNotReady, UnitUnsuitable, UnitTooSmall, AlreadyInHouse, PersonTaken,
    NotTogether.
    """
    people = list(people) or selectors.expected(stay)
    stay = steps.take(stay, people=people, version=version)
    steps.check_step(stay, Status.IN_HOUSE)
    stay.household = steps.family_of([*people, *household_member(stay)])
    night = tonight()
    if all(person.is_child_on(night) for person in people):
        raise NobodyNamed
    if night >= stay.to_on:
        raise StayIsOver
    check_papers(stay, without_papers)
    stay.from_on, stay.to_on = night, min(stay.to_on, latest_end(night))
    legs = from_tonight(selectors.legs_of(stay), stay.nights)
    party = party_of(people, on=night, needs=stay.needs, kind=stay.kind)
    arranging.clear([legs[0].unit.pk], legs[0].nights)
    units = now_of(stay, legs)
    first = units[legs[0].unit.pk]
    check_enterable(first)
    # Later units are held already; whether they are empty by then is not tonight's question.
    arranging.check_free(first, legs[0].nights, stay=stay)
    for leg in legs:
        steps.check_fits(units[leg.unit.pk], party, leg.nights)
    arranging.check_people(people, stay.nights, stay=stay)
    name_members(stay, people)
    steps.be_discreet(stay)
    enter(stay, legs[0].unit, by=by)
    booking_of(stay).without_papers = without_papers
    arranging.set_booking(stay, Booking.Status.ONGOING)
    arranging.write_again(stay, legs, what=What.BEGUN, by=by)
    stay.status = Status.IN_HOUSE
    steps.keep(stay)
    ask_for_papers(stay, without_papers, by=by)
    warn_of_meetings(stay, people)
    return stay


@deadlock_retried
def admit(
    ask: reserving.Ask, wanted: reserving.Wanted = (), *, without_papers: str = "", by: User
) -> Stay:
    """Take a family in at once, for nights that begin tonight: hold and check in, or neither.
    Raises ArrivesLater, and what the two do."""
    if ask.nights.from_on > tonight():
        raise ArrivesLater
    stay = reserving.hold_unit(ask, wanted, by=by)
    return check_in(stay, ask.people, without_papers=without_papers, by=by)


def read_stay(staff: Staff, public_id: UUID) -> Stay:
    """One stay; the reading is kept (D39). Raises NotFound."""
    stay = lookup.stay(staff, public_id)
    note_read(staff.user, stay.centre_id, "stay", stay.public_id)
    return stay


def household_member(stay: Stay) -> list[Person]:
    """Somebody of the family the stay was made for."""
    return list(stay.household.members.select_related("household")[:1]) if stay.household else []


def from_tonight(legs: Sequence[StayLeg], nights: Nights) -> list[StayLeg]:
    """The legs that remain when the stay begins tonight, sooner or later than planned."""
    remaining = [leg for leg in legs if leg.nights.to_on > nights.from_on]
    first = StayLeg(remaining[0].unit, Nights(nights.from_on, remaining[0].nights.to_on))
    return steps.cut([first, *remaining[1:]], nights)


def now_of(stay: Stay, legs: Iterable[StayLeg]) -> dict[int, UnitNow]:
    """The units of these legs as they are now, by id."""
    ids = {leg.unit.pk for leg in legs}
    return {unit.pk: unit for unit in snapshot.units([stay.centre_id], only=ids)}


def check_enterable(unit: UnitNow) -> None:
    """Raises UnitTaken when somebody is in it, UnitNotReady while it is to be cleaned."""
    if unit.present:
        tonight_only = Nights(tonight(), tonight() + DAY)
        raise UnitTaken(**arranging.facts_of_taken(unit, tonight_only))
    if unit.to_clean:
        raise UnitNotReady(unit=unit.public_id, name=unit.name)


def check_papers(stay: Stay, reason: str) -> None:
    """D4, D7. Raises NoPapers."""
    if not reason and not (stay.household_id and selectors.has_papers(stay.household_id)):
        raise NoPapers


def name_members(stay: Stay, people: Sequence[Person]) -> None:
    """Those who came are in; who was expected and did not is not."""
    stay.members.exclude(person__in=people).delete()
    known = set(stay.members.values_list("person", flat=True))
    Member.objects.bulk_create(
        Member(stay=stay, person=person) for person in people if person.pk not in known
    )
    stay.members.update(joined_on=tonight())


def enter(stay: Stay, unit: Resource, *, by: User) -> None:
    Occupancy.objects.create(stay=stay, unit_id=unit.pk, began_at=clock.now(), began_by=by)


def leave_unit(stay: Stay, *, by: User) -> None:
    """Nobody is in it any more, and it waits to be cleaned (D20)."""
    stay.occupancies.filter(ended_at=None).update(ended_at=clock.now(), ended_by=by)


def ask_for_papers(stay: Stay, reason: str, *, by: User) -> None:
    if reason:
        open_task(
            Task.Kind.MISSING_PAPERS,
            centre_id=stay.centre_id,
            about=f"stay:{stay.public_id}",
            due_on=clock.today() + PAPERS_DUE,
            owner_id=selectors.case_lead(stay.household_id) or by.pk,
        )


def warn_of_meetings(
    stay: Stay, people: Sequence[Person], *, until: datetime | None = None
) -> None:
    """D11: whoever is in residence counts as on site. Nobody is turned away at the door for an
    hour of somebody else's: that hour is to be moved, which is a task of who runs the centre."""
    partners = scheduling_selectors.partners_of(people)
    for booking in selectors.hours_during(partners, until or booking_of(stay).ends_at):
        about, today = f"booking:{booking.public_id}", clock.today()
        if not task_of_day(Task.Kind.KEPT_APART, about, today):
            open_task(
                Task.Kind.KEPT_APART,
                centre_id=booking.centre_id,
                about=about,
                due_on=today,
                owner_id=None,
            )


@deadlock_retried
def check_out(stay: Stay, *, by: User, version: int | None = None) -> Stay:
    """They left, and the unit waits to be cleaned. The nights that are left are free; those past
    an agreed end are never added to it (D24). Raises WrongStay, StaleVersion."""
    stay = steps.take(stay, version=version)
    steps.check_step(stay, Status.LEFT)
    legs = selectors.legs_of(stay)
    leave_unit(stay, by=by)
    stay.members.filter(left_on=None).update(left_on=tonight())
    Absence.objects.filter(member__stay=stay, ended_at=None).update(ended_at=clock.now())
    stay.to_on = max(stay.from_on, min(stay.to_on, tonight()))
    arranging.set_booking(stay, Booking.Status.CLOSED)
    arranging.write_again(stay, steps.cut(legs, stay.nights), what=What.ENDED, by=by)
    stay.status = Status.LEFT
    stay.closed_at, stay.closed_by = clock.now(), by
    answer_warnings(stay)
    return steps.keep(stay)


def answer_warnings(stay: Stay) -> None:
    """The end that was warned of has come, or is another one now."""
    for kind in (*WARNINGS.values(), Task.Kind.STAY_OVERDUE):
        finish_task_about(kind, f"stay:{stay.public_id}")


@deadlock_retried
def extend_stay(
    stay: Stay,
    until: date,
    *,
    document_number: str,
    document_on: date,
    by: User,
    version: int | None = None,
) -> Stay:
    """Let a stay last longer, six months at most at a time, by a document (D23).

    Raises WrongStay, StaleVersion, EndsNoLater, StayTooLong, UnitTaken (naming a
    reservation as such), PersonTaken.
    """
    stay = steps.take(stay, people=selectors.expected(stay), version=version)
    steps.check_in_house(stay)
    longer = Nights(stay.to_on, until)
    ends_on = max(stay.to_on, tonight())
    if until <= ends_on:
        raise EndsNoLater(until=f"{ends_on:%d.%m.%Y}")
    steps.check_length(longer)
    legs = selectors.legs_of(stay)
    last = legs[-1].unit
    arranging.clear([last.pk], longer)
    arranging.check_free(now_of(stay, legs)[last.pk], longer, stay=stay)
    arranging.check_people(selectors.expected(stay), longer, stay=stay)
    Extension.objects.create(
        stay=stay,
        was_until=stay.to_on,
        until=until,
        document_number=document_number,
        document_on=document_on,
        by=by,
        at=clock.now(),
    )
    stay.to_on = until
    arranging.write_again(stay, [*legs, StayLeg(last, longer)], what=What.EXTENDED, by=by)
    warn_of_meetings(stay, selectors.expected(stay))
    answer_warnings(stay)
    return steps.keep(stay)


@deadlock_retried
def move_stay(
    stay: Stay, unit: Resource, *, on: date | None = None, by: User, version: int | None = None
) -> Stay:
    """Another unit from a night on (Премести): tonight is now, a later one is planned. Somebody
    who has not come yet gets it for every night that is still ahead.

    Raises WrongStay, StaleVersion, OutsideStay, UnitUnsuitable, UnitTooSmall, UnitTaken,
    UnitNotReady, and NotFound for a unit of another centre.
    """
    stay = steps.take(stay, units=[unit.pk], version=version)
    if stay.status not in {Status.HELD, Status.IN_HOUSE}:
        raise steps.wrong_stay(stay)
    is_here = stay.status == Status.IN_HOUSE
    on = (on or tonight()) if is_here else max(stay.from_on, tonight())
    if not tonight() <= on < stay.to_on:
        raise OutsideStay
    rest = StayLeg(unit, Nights(on, stay.to_on))
    arranging.clear([unit.pk], rest.nights)
    there = now_of(stay, [rest]).get(unit.pk)
    if there is None:
        raise NotFound(what="unit")
    steps.check_fits(there, selectors.party_in(stay), rest.nights)
    if is_here and on == tonight():
        check_enterable(there)
    arranging.check_free(there, rest.nights, stay=stay)
    legs = steps.cut(selectors.legs_of(stay), Nights(stay.from_on, on))
    if is_here and on == tonight():
        leave_unit(stay, by=by)
        enter(stay, unit, by=by)
    arranging.write_again(stay, [*legs, rest], what=What.MOVED, by=by)
    return steps.keep(stay)
