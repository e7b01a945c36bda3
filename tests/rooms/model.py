"""The rules of the shelter's family units again, in plain lists and as naively as possible.

A second opinion for the tests: the same random commands go to the program and to a `House`,
and both must answer alike. So nothing here is clever or fast: every answer walks night by
night over all the lists, and no code of the program is used.

A night is named by the date of its evening and lasts until 06:00. Intervals of nights are
`[from_on, to_on)`; instants are kept in UTC. Units are called by their names. A refusal is
`Refused`, with all that is against a command, and changes nothing; a `ValueError` means that a
call lies outside what the rules say anything about.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

SOFIA = ZoneInfo("Europe/Sofia")
NIGHT = timedelta(days=1)
MORNING = 6  # until this hour it is still last night
DEPARTURE = time(11)
LONGEST = relativedelta(months=6)
HORIZON = timedelta(days=366)
HOLD = timedelta(hours=24)
MOST_LEGS = 3
BED_FROM_AGE = 2
ADULT_FROM_AGE = 18


class Refused(Exception):
    """`code` is the first of the `codes` of what is wrong: no order among them is laid down."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.code = codes[0]
        self.codes = set(codes)


def refuse(*against: str | None) -> None:
    if codes := [code for code in against if code is not None]:
        raise Refused(*codes)


def night_of(instant: datetime) -> date:
    there = instant.astimezone(SOFIA)
    return there.date() - NIGHT if there.hour < MORNING else there.date()


def departure(day: date) -> datetime:
    return datetime.combine(day, DEPARTURE, SOFIA).astimezone(UTC)


def nights(from_on: date, to_on: date) -> Iterator[date]:
    return (from_on + n * NIGHT for n in range((to_on - from_on).days))


@dataclass(frozen=True)
class Unit:
    name: str
    kind: str  # "family" | "single"
    beds: int
    features: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Party:
    adults: int
    ages: tuple[int, ...] = ()
    needs: frozenset[str] = frozenset()
    kind: str = "family"


@dataclass(frozen=True)
class Person:
    name: str
    birth_on: date | None = None
    household: str | None = None

    def is_younger(self, years: int, on: date) -> bool:
        """A person whose birth date is unknown is an adult."""
        return self.birth_on is not None and on < self.birth_on + relativedelta(years=years)


@dataclass(frozen=True)
class Leg:
    unit: str
    from_on: date
    to_on: date


@dataclass
class Member:
    person: Person
    joined_on: date
    left_on: date | None = None
    absent_since: datetime | None = None


@dataclass(eq=False)
class Stay:
    number: int
    party: Party
    from_on: date
    to_on: date
    household: str | None
    safety: bool
    reason: str
    requested_at: datetime
    # "requested" | "held" | "in_house" | "left" | "refused" | "withdrawn" | "did_not_come"
    status: str = "requested"
    legs: list[Leg] = field(default_factory=list)
    hold_expires_at: datetime | None = None
    people: list[Person] = field(default_factory=list)  # expected: named, and not here yet
    members: list[Member] = field(default_factory=list)
    documents: list[tuple[date, date]] = field(default_factory=list)  # to_on before and after

    @property
    def reserved(self) -> bool:
        return self.status == "held" and self.hold_expires_at is None

    def present(self) -> list[Person]:
        return [m.person for m in self.members if m.left_on is None]

    def nights_of(self, person: Person) -> list[date]:
        """The nights that she holds or resides by this stay."""
        found: list[date] = []
        if self.status == "held" and person in self.people:
            found += nights(self.from_on, self.to_on)
        for m in self.members:
            if m.person == person:
                found += nights(m.joined_on, self.to_on if m.left_on is None else m.left_on)
        return found


@dataclass(eq=False)
class Occupancy:
    unit: str
    stay: Stay
    began_at: datetime
    ended_at: datetime | None = None
    ready_at: datetime | None = None


@dataclass
class CotMove:
    unit: str
    count: int  # negative: taken away
    on: date


@dataclass(frozen=True)
class OutOfService:
    unit: str
    from_on: date
    to_on: date


def cut(legs: Iterable[Leg], on: date) -> list[Leg]:
    """What is left of the legs when they end on that date at the latest."""
    return [Leg(leg.unit, leg.from_on, min(leg.to_on, on)) for leg in legs if leg.from_on < on]


def from_tonight(legs: Iterable[Leg], tonight: date) -> list[Leg]:
    first, *rest = [leg for leg in legs if leg.to_on > tonight]
    return [Leg(first.unit, tonight, first.to_on), *rest]


def joined(legs: Iterable[Leg]) -> list[Leg]:
    """Legs in a row in one unit as one."""
    found: list[Leg] = []
    for leg in legs:
        goes_on = found and (found[-1].unit, found[-1].to_on) == (leg.unit, leg.from_on)
        from_on = found.pop().from_on if goes_on else leg.from_on
        found.append(Leg(leg.unit, from_on, leg.to_on))
    return found


def as_party(people: Iterable[Person], on: date, like: Party) -> Party:
    """These people as a party; an age is 0 for a baby and 2 for any other child."""
    minors = [p for p in people if p.is_younger(ADULT_FROM_AGE, on)]
    ages = tuple(0 if p.is_younger(BED_FROM_AGE, on) else BED_FROM_AGE for p in minors)
    return Party(len(list(people)) - len(minors), ages, like.needs, like.kind)


class House:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.units: list[Unit] = []
        self.cot_moves: list[CotMove] = []
        self.stays: list[Stay] = []
        self.occupancies: list[Occupancy] = []
        self.blocks: list[OutOfService] = []

    @property
    def now(self) -> datetime:
        return self._now

    @now.setter
    def now(self, instant: datetime) -> None:
        # In UTC, because datetimes of one zone are compared and added by their wall clock.
        if instant.tzinfo is None:
            raise ValueError("now must be aware")
        self._now = instant.astimezone(UTC)

    @property
    def tonight(self) -> date:
        return night_of(self.now)

    @property
    def today(self) -> date:
        return self.now.astimezone(SOFIA).date()

    def add_unit(self, unit: Unit, cots: int = 0) -> str:
        self.units.append(unit)
        self.cot_moves.append(CotMove(unit.name, cots, date.min))
        return unit.name

    def settle(self) -> None:
        """An expired hold is a request again, without legs; the same people are expected."""
        for stay in self.stays:
            expires_at = stay.hold_expires_at
            if stay.status == "held" and expires_at is not None and expires_at <= self.now:
                stay.status, stay.hold_expires_at, stay.legs = "requested", None, []

    # Facts

    def unit(self, name: str) -> Unit:
        for unit in self.units:
            if unit.name == name:
                return unit
        raise ValueError(f"no such unit: {name}")

    def cots(self, unit: str, night: date) -> int:
        return sum(m.count for m in self.cot_moves if m.unit == unit and m.on <= night)

    def beds_needed(self, unit: str, party: Party, from_on: date, to_on: date) -> int:
        babies = sum(age < BED_FROM_AGE for age in party.ages)
        cots = min(self.cots(unit, night) for night in nights(from_on, to_on))
        return party.adults + len(party.ages) - babies + max(0, babies - cots)

    def too_small(self, unit: str, party: Party, from_on: date, to_on: date) -> bool:
        return self.beds_needed(unit, party, from_on, to_on) > self.unit(unit).beds

    def misfits(self, unit: str, party: Party, from_on: date, to_on: date) -> list[str]:
        its = self.unit(unit)
        suits = its.kind == party.kind and party.needs <= its.features
        small = self.too_small(unit, party, from_on, to_on)
        return ["unit_too_small"] * small + ["unit_unsuitable"] * (not suits)

    def last_occupancy(self, unit: str) -> Occupancy | None:
        found = None
        for occupancy in self.occupancies:
            if occupancy.unit == unit:
                found = occupancy
        return found

    def is_occupied(self, unit: str) -> bool:
        last = self.last_occupancy(unit)
        return last is not None and last.ended_at is None

    def is_cleaned(self, unit: str) -> bool:
        last = self.last_occupancy(unit)
        return last is not None and last.ended_at is not None and last.ready_at is None

    def not_enterable(self, unit: str) -> str | None:
        """Why nobody can go in right now."""
        if self.is_occupied(unit):
            return "resource_unavailable"
        return "unit_not_ready" if self.is_cleaned(unit) else None

    def leg_end(self, occupancy: Occupancy) -> date:
        ends = [
            leg.to_on
            for leg in occupancy.stay.legs
            if leg.unit == occupancy.unit and leg.from_on <= self.tonight
        ]
        return ends[-1]

    def is_overdue(self, occupancy: Occupancy) -> bool:
        """Nobody checked her out, or a planned move was not carried out."""
        return occupancy.ended_at is None and self.now >= departure(self.leg_end(occupancy))

    def open_occupancy(self, stay: Stay) -> Occupancy:
        for occupancy in self.occupancies:
            if occupancy.stay is stay and occupancy.ended_at is None:
                return occupancy
        raise ValueError("nobody is in house by this stay")

    def occupied(self, occupancy: Occupancy, night: date) -> str | None:
        """Is it "occupied" that night, "overdue", or nothing?"""
        if night < night_of(occupancy.began_at):
            return None
        if occupancy.ended_at is not None:
            return "occupied" if night < night_of(occupancy.ended_at) else None
        if night < self.leg_end(occupancy):
            return "occupied"
        return "overdue" if self.is_overdue(occupancy) else None

    def holders(self, unit: str, night: date) -> list[tuple[str, Stay | None]]:
        """All that takes the unit that night: what it is, and whose.

        Legs are "held", "reserved", "in_house" or "left", like their stays. Then there is
        "occupied", "overdue", "out_of_service" and "cleaning".
        """
        found: list[tuple[str, Stay | None]] = [
            ("reserved" if stay.reserved else stay.status, stay)
            for stay in self.stays
            if stay.status in ("held", "in_house", "left")
            and any(leg.unit == unit and leg.from_on <= night < leg.to_on for leg in stay.legs)
        ]
        for occupancy in self.occupancies:
            if occupancy.unit == unit:
                how = self.occupied(occupancy, night)
                found += [(how, occupancy.stay)] if how else []
        if any(b.unit == unit and b.from_on <= night < b.to_on for b in self.blocks):
            found.append(("out_of_service", None))
        if night == self.tonight and self.is_cleaned(unit):
            found.append(("cleaning", None))
        return found

    def taken(
        self,
        unit: str,
        from_on: date,
        to_on: date,
        *,
        by_others_than: Stay | None = None,
        cleaning: bool = True,
    ) -> set[date]:
        """Which of these nights are not free; `cleaning=False`: it is no obstacle."""
        return {
            night
            for night in nights(from_on, to_on)
            for what, whose in self.holders(unit, night)
            if (by_others_than is None or whose is not by_others_than)
            and (cleaning or what != "cleaning")
        }

    def first_taken(self, unit: str, from_on: date) -> date | None:
        ends = [leg.to_on for stay in self.stays for leg in stay.legs]
        ends += [block.to_on for block in self.blocks]
        ends += [self.tonight + NIGHT, from_on + NIGHT]
        for night in nights(from_on, max(ends)):
            if self.holders(unit, night):
                return night
        return None

    def in_house_elsewhere(self, person: Person, stay: Stay | None = None) -> list[Stay]:
        return [
            other
            for other in self.stays
            if other is not stay and other.status == "in_house" and person in other.present()
        ]

    def against_people(
        self, people: Iterable[Person], from_on: date, to_on: date, stay: Stay | None = None
    ) -> list[str]:
        """Why they cannot sleep here for these nights, by `stay` or a new one: whoever is in house
        is not expected elsewhere, whatever the dates."""
        found: list[str] = []
        wanted = set(nights(from_on, to_on))
        for person in people:
            if self.in_house_elsewhere(person, stay):
                found.append("already_in_house")
            if any(s is not stay and wanted & set(s.nights_of(person)) for s in self.stays):
                found.append("resource_unavailable")
        return found

    def against_dates(self, from_on: date, to_on: date) -> list[str]:
        found = {
            "leaves_before_arriving": to_on <= from_on,
            "stay_too_long": to_on > from_on + LONGEST,
            "past_start": from_on < self.tonight,
            "too_far_ahead": from_on > self.today + HORIZON,
        }
        return [code for code, is_so in found.items() if is_so]

    def against_legs(self, stay: Stay, legs: Iterable[Leg]) -> list[str | None]:
        found: list[str | None] = []
        for leg in legs:
            found += self.misfits(leg.unit, stay.party, leg.from_on, leg.to_on)
            if self.taken(leg.unit, leg.from_on, leg.to_on, by_others_than=stay):
                found.append("resource_unavailable")
        return found

    def check_status(self, stay: Stay, *statuses: str) -> None:
        self.settle()
        if stay.status not in statuses:
            raise Refused("wrong_status")

    # Commands before she comes

    def request(
        self,
        party: Party,
        from_on: date,
        to_on: date,
        household: str | None = None,
        people: Iterable[Person] = (),
        *,
        safety: bool = False,
        reason: str = "",
    ) -> Stay:
        self.settle()
        refuse(*self.against_dates(from_on, to_on), self.against_waiting(household))
        number = len(self.stays) + 1
        stay = Stay(number, party, from_on, to_on, household, safety, reason, self.now)
        stay.people = list(people)
        self.stays.append(stay)
        return stay

    def against_waiting(self, household: str | None) -> str | None:
        waits = household is not None and any(
            s.household == household and s.status in ("requested", "held") for s in self.stays
        )
        return "already_waiting" if waits else None

    def hold(
        self,
        stay: Stay,
        legs: Iterable[Leg] = (),
        people: Iterable[Person] = (),
        *,
        confirmed: bool = False,
        dates: tuple[date, date] | None = None,
    ) -> None:
        """`legs` in turn, the best fit without any; the `people` named, now or before; for other
        `dates` than were asked for, if need be."""
        self.check_status(stay, "requested")
        people = list(people) or stay.people
        before = stay.from_on, stay.to_on
        refuse(*self.against_dates(*(dates or before)))
        stay.from_on, stay.to_on = dates or before
        try:
            legs = list(legs) or self.best_fit(stay)
            self.check_edges(stay, legs)
            refuse(
                *self.against_legs(stay, legs),
                *self.against_people(people, stay.from_on, stay.to_on, stay),
            )
        except (Refused, ValueError):
            stay.from_on, stay.to_on = before
            raise
        stay.status, stay.legs, stay.people = "held", list(legs), list(people)
        stay.hold_expires_at = None if confirmed else self.now + HOLD

    def best_fit(self, stay: Stay) -> list[Leg]:
        free = self.availability(stay.party, stay.from_on, stay.to_on)
        if not free:
            raise Refused("resource_unavailable")
        return [Leg(free[0][0], stay.from_on, stay.to_on)]

    def check_edges(self, stay: Stay, legs: list[Leg]) -> None:
        starts = [leg.from_on for leg in legs] + [stay.to_on]
        ends = [stay.from_on] + [leg.to_on for leg in legs]
        if starts != ends or any(leg.to_on <= leg.from_on for leg in legs):
            raise ValueError("the legs are not the nights of the stay")

    def at_once(self, asked: Stay, *commands: Callable[[Stay], None]) -> Stay:
        """A new request and what follows it, or nothing of it all."""
        try:
            for command in commands:
                command(asked)
        except (Refused, ValueError):
            self.stays.remove(asked)
            raise
        return asked

    def confirm(self, stay: Stay) -> None:
        """A hold becomes a reservation, once."""
        self.check_status(stay, "held")
        refuse("wrong_status" if stay.reserved else None)
        stay.hold_expires_at = None

    def close(self, stay: Stay, outcome: str) -> None:
        if outcome not in ("refused", "withdrawn", "did_not_come"):
            raise ValueError(f"no such outcome: {outcome}")
        self.check_status(stay, "requested", "held")
        if outcome == "did_not_come" and not (
            stay.status == "held" and stay.from_on <= self.tonight
        ):
            raise Refused("wrong_status")
        stay.status, stay.hold_expires_at = outcome, None
        stay.legs, stay.people = [], []

    # Commands while she is there

    def check_in(self, stay: Stay, people: Iterable[Person] = ()) -> None:
        """Those named now come; when nobody is, those named before."""
        self.check_status(stay, "held")
        people, tonight = list(people) or stay.people, self.tonight
        families = {p.household for p in people} | ({stay.household} - {None})
        minors = [p for p in people if p.is_younger(ADULT_FROM_AGE, tonight)]
        refuse(
            "several_families" if len(families) > 1 else None,
            "nobody_named" if len(minors) == len(people) else None,
            "stay_is_over" if tonight >= stay.to_on else None,
        )

        to_on = min(stay.to_on, tonight + LONGEST)
        legs = cut(from_tonight(stay.legs, tonight), to_on)
        first, earlier_than = legs[0], min(stay.from_on, legs[0].to_on)
        sooner = self.taken(first.unit, tonight, earlier_than, by_others_than=stay)
        party = as_party(people, tonight, stay.party)
        refuse(
            self.not_enterable(first.unit),
            "resource_unavailable" if sooner else None,
            *(c for leg in legs for c in self.misfits(leg.unit, party, leg.from_on, leg.to_on)),
            *self.against_people(people, tonight, to_on, stay),
        )

        stay.status, stay.hold_expires_at, stay.household = "in_house", None, people[0].household
        stay.from_on, stay.to_on, stay.legs, stay.people = tonight, to_on, legs, []
        stay.members = [Member(person, tonight) for person in people]
        self.occupancies.append(Occupancy(first.unit, stay, self.now))

    def birth(self, stay: Stay, name: str) -> Person:
        self.check_status(stay, "in_house")
        person = Person(name, self.today, stay.members[0].person.household)
        stay.members.append(Member(person, self.tonight))
        return person

    def add_member(self, stay: Stay, person: Person) -> None:
        """She needs a bed where they are tonight, agreed or not, and wherever they move to."""
        self.check_status(stay, "in_house")
        party = as_party([*stay.present(), person], self.tonight, stay.party)
        beds = [Leg(self.open_occupancy(stay).unit, self.tonight, self.tonight + NIGHT)]
        if self.tonight < stay.to_on:
            beds += from_tonight(stay.legs, self.tonight)
        small = any(self.too_small(leg.unit, party, leg.from_on, leg.to_on) for leg in beds)
        refuse(
            "several_families" if person.household != stay.household else None,
            "unit_too_small" if small else None,
            *self.against_people([person], self.tonight, stay.to_on),
        )
        stay.members.append(Member(person, self.tonight))

    def member(self, stay: Stay, person: Person) -> Member:
        for member in stay.members:
            if member.person == person and member.left_on is None:
                return member
        raise ValueError(f"{person.name} is not a present member")

    def member_leaves(self, stay: Stay, person: Person) -> None:
        self.check_status(stay, "in_house")
        member = self.member(stay, person)
        others = [person for person in stay.present() if person != member.person]
        if all(person.is_younger(18, self.tonight) for person in others):
            raise Refused("last_member")
        member.left_on = self.tonight

    def absence(self, stay: Stay, person: Person) -> None:
        self.check_status(stay, "in_house")
        member = self.member(stay, person)
        refuse("already_away" if member.absent_since else None)
        member.absent_since = self.now

    def back(self, stay: Stay, person: Person) -> None:
        self.check_status(stay, "in_house")
        member = self.member(stay, person)
        refuse(None if member.absent_since else "not_away")
        member.absent_since = None

    def check_out(self, stay: Stay) -> None:
        self.check_status(stay, "in_house")
        self.open_occupancy(stay).ended_at = self.now
        stay.status, stay.legs = "left", cut(stay.legs, self.tonight)
        stay.to_on = min(stay.to_on, self.tonight)
        for member in stay.members:
            if member.left_on is None:
                member.left_on = self.tonight

    def move(self, stay: Stay, unit: str, on: date | None = None) -> None:
        """In house: from that night on, and at once when it is tonight. Before: every night that
        is still ahead."""
        self.check_status(stay, "held", "in_house")
        if stay.status == "held":
            self._move_hold(stay, unit)
            return
        if on is None or not self.tonight <= on < stay.to_on:
            raise Refused("outside_stay")
        party = as_party(stay.present(), self.tonight, stay.party)
        taken = self.taken(unit, on, stay.to_on, by_others_than=stay, cleaning=False)
        refuse(
            *self.misfits(unit, party, on, stay.to_on),
            "resource_unavailable" if taken else None,
            self.not_enterable(unit) if on == self.tonight else None,
        )
        if on == self.tonight:
            self.open_occupancy(stay).ended_at = self.now
            self.occupancies.append(Occupancy(unit, stay, self.now))
        stay.legs = [*cut(stay.legs, on), Leg(unit, on, stay.to_on)]

    def _move_hold(self, stay: Stay, unit: str) -> None:
        on = max(stay.from_on, self.tonight)
        refuse("outside_stay" if on >= stay.to_on else None)
        ahead = Leg(unit, on, stay.to_on)
        refuse(*self.against_legs(stay, [ahead]))
        stay.legs = [*cut(stay.legs, on), ahead]

    def extend(self, stay: Stay, to_on: date) -> None:
        self.check_status(stay, "in_house")
        refuse(
            "leaves_before_arriving" if to_on <= max(stay.to_on, self.tonight) else None,
            "stay_too_long" if to_on > stay.to_on + LONGEST else None,
        )
        last = stay.legs[-1]
        taken = self.taken(last.unit, stay.to_on, to_on, by_others_than=stay)
        refuse(
            "resource_unavailable" if taken else None,
            *self.against_people(stay.present(), stay.to_on, to_on, stay),
        )
        stay.documents.append((stay.to_on, to_on))
        stay.legs[-1] = Leg(last.unit, last.from_on, to_on)
        stay.to_on = to_on

    # Commands about the units

    def ready(self, unit: str) -> None:
        self.settle()
        last = self.last_occupancy(unit)
        if last is not None and last.ended_at is None:
            raise Refused("unit_occupied")
        if last is None or last.ready_at is not None:
            raise Refused("nothing_to_clean")
        last.ready_at = self.now

    def out_of_service(self, unit: str, from_on: date, to_on: date) -> None:
        self.settle()
        refuse(
            "leaves_before_arriving" if to_on <= from_on else None,
            "past_start" if from_on < self.tonight else None,
            "resource_unavailable" if self.taken(unit, from_on, to_on, cleaning=False) else None,
        )
        self.blocks.append(OutOfService(unit, from_on, to_on))

    def in_service(self, unit: str) -> None:
        self.settle()
        kept = []
        for block in self.blocks:
            if block.unit != unit or block.to_on <= self.tonight:
                kept.append(block)
            elif block.from_on < self.tonight:
                kept.append(OutOfService(unit, block.from_on, self.tonight))
        self.blocks = kept

    def move_cots(self, from_unit: str, to_unit: str, count: int, on: date) -> None:
        self.settle()
        if count < 1 or from_unit == to_unit:
            raise ValueError("no cot would be moved")
        refuse("past_start" if on < self.tonight else None)
        moves = [CotMove(from_unit, -count, on), CotMove(to_unit, count, on)]
        self.cot_moves += moves
        later = [on, *(m.on for m in self.cot_moves if m.on > on)]
        missing = any(self.cots(from_unit, night) < 0 for night in later)
        if missing or not self.all_fit(from_unit, on):
            del self.cot_moves[-2:]
            raise Refused("no_cot_there")

    def all_fit(self, unit: str, on: date) -> bool:
        """Does everybody who is, or is to be, in the unit from a night on still have a bed?"""
        for stay in self.stays:
            party = stay.party
            if stay.status == "in_house":
                party = as_party(stay.present(), self.tonight, stay.party)
            for leg in stay.legs if stay.status in ("held", "in_house") else []:
                begins = max(leg.from_on, on)
                ahead = leg.unit == unit and begins < leg.to_on
                if ahead and self.too_small(unit, party, begins, leg.to_on):
                    return False
        last = self.last_occupancy(unit)
        if last is not None and self.is_overdue(last):
            party = as_party(last.stay.present(), self.tonight, last.stay.party)
            return not self.too_small(unit, party, on, on + timedelta(days=200))
        return True

    # Answers

    def state(self, unit: str) -> tuple[str, bool]:
        """What the unit is now, and whether whoever is there is overdue."""
        self.settle()
        last = self.last_occupancy(unit)
        if last is not None and last.ended_at is None:
            return "occupied", self.is_overdue(last)
        there = [what for what, _ in self.holders(unit, self.tonight)]
        if "cleaning" in there:
            return "cleaning", False
        if "out_of_service" in there:
            return "out_of_service", False
        # Also where somebody is to move in tonight from another unit, and has not.
        held = {"held", "reserved", "in_house"} & set(there)
        return ("held" if held else "free"), False

    def order(self, unit: str, party: Party, from_on: date, to_on: date) -> tuple[int, int, str]:
        its = self.unit(unit)
        spare = its.beds - self.beds_needed(unit, party, from_on, to_on)
        return spare, len(its.features - party.needs), unit

    def availability(
        self, party: Party, from_on: date, to_on: date
    ) -> list[tuple[str, date | None]]:
        self.settle()
        if to_on <= from_on:
            raise ValueError("no nights")
        free = []
        for unit in (u.name for u in self.units):
            if not self.misfits(unit, party, from_on, to_on):
                until = self.first_taken(unit, from_on)
                if until is None or until >= to_on:
                    free.append((unit, until))
        return sorted(free, key=lambda row: self.order(row[0], party, from_on, to_on))

    def combination(self, party: Party, from_on: date, to_on: date) -> list[Leg]:
        """At most three legs; none when one unit does, or when three are not enough."""
        if self.availability(party, from_on, to_on):
            return []
        legs: list[Leg] = []
        while len(legs) < MOST_LEGS:
            leg = self._longest(party, legs[-1].to_on if legs else from_on, to_on)
            if leg is None:
                return []
            legs.append(leg)
            if leg.to_on == to_on:
                return legs
        return []

    def _longest(self, party: Party, from_on: date, to_on: date) -> Leg | None:
        """The unit that is free, and has beds, for most of these nights from the first on."""
        found = []
        for unit in (u.name for u in self.units):
            until = min(self.first_taken(unit, from_on) or to_on, to_on)
            served = [
                Leg(unit, from_on, night + NIGHT)
                for night in nights(from_on, until)
                if not self.misfits(unit, party, from_on, night + NIGHT)
            ]
            found += served[-1:]
        return min(
            found,
            key=lambda leg: (from_on - leg.to_on, self.order(leg.unit, party, from_on, leg.to_on)),
            default=None,
        )

    def nearest(self, party: Party, from_on: date, to_on: date) -> date | None:
        """The next first night, in the 366 days after `from_on`, of a stay as long as this."""
        self.settle()
        length, last = to_on - from_on, from_on + HORIZON
        bad: dict[str, set[date]] = {}
        ahead = list(nights(from_on, last + length))
        for unit in (u.name for u in self.units):
            unfit = {n for n in ahead if self.misfits(unit, party, n, n + NIGHT)}
            bad[unit] = unfit | self.taken(unit, from_on, last + length)
        for start in nights(from_on + NIGHT, last + NIGHT):
            stay = set(nights(start, start + length))
            if any(stay.isdisjoint(its_bad) for its_bad in bad.values()):
                return start
        return None

    def board(self, from_on: date, days: int) -> dict[str, list[str]]:
        self.settle()
        to_on = from_on + days * NIGHT
        return {u.name: [self._cell(u.name, n) for n in nights(from_on, to_on)] for u in self.units}

    def _cell(self, unit: str, night: date) -> str:
        there = [what for what, _ in self.holders(unit, night)]
        if "occupied" in there or "in_house" in there:
            return "occupied"
        for what in ("out_of_service", "held", "reserved", "overdue", "cleaning"):
            if what in there:
                return what
        return "free"

    def free_counts(self, from_on: date, days: int) -> list[int]:
        rows = self.board(from_on, days).values()
        return [sum(row[n] == "free" for row in rows) for n in range(days)]

    def endangered(self) -> list[Stay]:
        self.settle()
        overdue = [o.unit for o in self.occupancies if o.ended_at is None and self.is_overdue(o)]
        return [
            stay
            for stay in self.stays
            if stay.status == "held"
            and any(leg.unit in overdue and leg.to_on > self.tonight for leg in stay.legs)
        ]

    def waiting(self) -> list[Stay]:
        self.settle()
        asked = [stay for stay in self.stays if stay.status == "requested"]
        return sorted(asked, key=lambda stay: (not stay.safety, stay.requested_at, stay.number))

    def occupied_nights(self, from_on: date, to_on: date) -> dict[str, int]:
        """How many past nights somebody was in each unit, whatever had been planned."""
        self.settle()
        counts = {unit.name: 0 for unit in self.units}
        for occupancy in self.occupancies:
            ended_at = self.now if occupancy.ended_at is None else occupancy.ended_at
            for night in nights(night_of(occupancy.began_at), night_of(ended_at)):
                counts[occupancy.unit] += from_on <= night < to_on
        return counts

    def evening(self) -> dict[str, object]:
        """What the duty worker reads tonight; families by their stay, with the unit they are in or
        are to go to."""
        self.settle()
        here = [stay for stay in self.stays if stay.status == "in_house"]
        held = [stay for stay in self.stays if stay.status == "held"]
        overdue = [stay for stay in here if departure(stay.to_on) <= self.now]
        staying = [stay for stay in here if stay not in overdue]
        inside = {stay.number: self.open_occupancy(stay) for stay in here}
        free = [unit.name for unit in self.units if self.state(unit.name)[0] == "free"]
        return {
            "free": {unit: self.first_taken(unit, self.tonight) for unit in free},
            "arrivals": {s.number: self._to_go_to(s) for s in held if s.from_on <= self.tonight},
            "leavers": {
                stay.number: inside[stay.number].unit
                for stay in staying
                if stay.to_on <= self.tonight + NIGHT
            },
            "overdue": {stay.number: inside[stay.number].unit for stay in overdue},
            "to_move": {
                stay.number: self._to_go_to(stay)
                for stay in staying
                if self.is_overdue(inside[stay.number])
            },
            "to_clean": [unit.name for unit in self.units if self.is_cleaned(unit.name)],
            "holds": [
                stay.number
                for stay in sorted(held, key=lambda it: (it.hold_expires_at or self.now, it.number))
                if stay.hold_expires_at is not None
            ],
            "endangered": {stay.number for stay in self.endangered()},
        }

    def _to_go_to(self, stay: Stay) -> str | None:
        for leg in stay.legs:
            if leg.to_on > self.tonight:
                return leg.unit
        return None
