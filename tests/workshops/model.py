"""The rules of places and waiting lists again, in plain lists and as naively as possible.

A second opinion for the tests, as tests/scheduling/series/model.py is for series: no code of the
program is used, and nothing is clever or fast. Places are counted by walking from day to day. One
`Group`; whoever enrols is a number, and a number enrols once.

Readings, where the rules leave something open:

Dates
- Today is Sofia's date of `now`. An offer's 48 hours are hours, whatever the clocks do.
- Only dates from today on matter. An offer leaves its range as it was asked for, so `taken_on` of
  a past date counts also those who got their place later, and may exceed the capacity.
- An open end is walked as far as HORIZON days after today. Dates given must lie before that;
  a later one is a `ValueError` (this model sees no further), not a `Refused`.
- An enrolment whose last day is past keeps its standing, whatever it is; only WAITING lapses.

Asking
- Refused: nobody, the same number twice or one known already, an end before the start or before
  today. A start before today is not.
- One alone is the same whether `together` or not. More together than the capacity just wait.
- Siblings taken one by one are units of one each.

The leader and the list
- Accepting, skipping or unskipping one that waits and is so already changes nothing and is not
  refused; with any other standing than the rules name, it is.
- An acceptance stays: one accepted, offered, then skipped and offered again is not proposed.
- A together-unit, once in the list, is whoever of it is WAITING: those declined, withdrawn or
  answering no longer count, and the rest fit without them. One that comes back by a skip joins
  its siblings who wait; the mark is the unit's, so then all of them are skipped, and unskipping
  one of them unskips all.
- Skipping an OFFERED one leaves its siblings' offers alone.
- Past its last day a unit lapses, skipped or not.
- What happened during a `tick` is looked at once, at its end: all offers run out, then the list
  is filled. PROPOSED ones and their places do not run out.

Withdrawing and pausing
- The date does not matter to one who waits, is proposed or is offered a place.
- A withdrawal after the last day changes nothing, one of a term that is already over with a date
  up to today is WITHDRAWN: both as the rules say.
- A withdrawal also ends pauses at the new last day; a pause after it is gone.
- An open pause may start up to the last day and ends with it.
- `resume` is about the first pause that has not ended before `on`. Refused: no such pause, `on`
  before today or after the last day.
- Returning from an open pause asks for places from `on`, or from the enrolment's first day if
  that is later. One's own places are not counted against oneself.
- Returning from an open pause that has not begun, without free places, is refused where she has
  days before it: those are not given away for nothing.
- A family that returned keeps its place among the returned while it is offered and skipped; when
  it returns once more, it goes behind the others who returned.
- A family that returned and waits is a unit of its own, accepted, not skipped, without pauses; it
  may be declined, withdraw and lapse as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
HORIZON = 400
OFFER_LASTS = timedelta(hours=48)
SOFIA = ZoneInfo("Europe/Sofia")


class Refused(Exception):
    pass


class Standing(StrEnum):
    PROPOSED = "proposed"
    WAITING = "waiting"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    LAPSED = "lapsed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PROPOSED, WAITING, OFFERED, ENROLLED, LAPSED, DECLINED, WITHDRAWN = Standing
TAKES_A_PLACE = {PROPOSED, OFFERED, ENROLLED}


def within(day: date, from_on: date, until_on: date | None) -> bool:
    return from_on <= day and (until_on is None or day <= until_on)


@dataclass
class Pause:
    from_on: date
    until_on: date | None


@dataclass(eq=False)
class Unit:
    """One entry of the waiting list; who belongs to it, the enrolments know."""

    returned: bool = False
    skipped: bool = False


@dataclass(eq=False)
class Enrolment:
    id: int
    from_on: date
    until_on: date | None
    accepted: bool
    standing: Standing | None = None
    unit: Unit | None = None  # None: it never waited
    expires_at: datetime | None = None
    pauses: list[Pause] = field(default_factory=list)

    def takes_a_place_on(self, day: date) -> bool:
        return (
            self.standing in TAKES_A_PLACE
            and within(day, self.from_on, self.until_on)
            and not any(within(day, pause.from_on, pause.until_on) for pause in self.pauses)
        )


class Group:
    def __init__(self, capacity: int, now: datetime):
        self.capacity = capacity
        self.now = now  # aware
        self.people: dict[int, Enrolment] = {}  # in the order in which they asked
        self.line: list[Unit] = []  # head first; whoever left it keeps the position
        self.story: list[tuple[datetime, int, str]] = []

    # What can be seen

    @property
    def today(self) -> date:
        return self.now.astimezone(SOFIA).date()

    def standing(self, number: int) -> Standing:
        return self._known(number).standing

    def waiting_units(self) -> list[list[int]]:
        """Head first, the skipped ones included."""
        units = [[one.id for one in self._waiting_in(unit)] for unit in self.line]
        return [ids for ids in units if ids]

    def waiting_order(self) -> list[int]:
        return [number for ids in self.waiting_units() for number in ids]

    def is_skipped(self, number: int) -> bool:
        one = self._known(number)
        return one.standing is WAITING and one.unit.skipped

    def is_accepted(self, number: int) -> bool:
        return self._known(number).accepted

    def taken_on(self, day: date) -> int:
        return len([one for one in self.people.values() if one.takes_a_place_on(day)])

    def offers(self) -> dict[int, datetime]:
        """When each offer runs out, by enrolment."""
        return {one.id: one.expires_at for one in self.people.values() if one.standing is OFFERED}

    # What can be done

    def enrol(
        self,
        ids: list[int],
        from_on: date,
        until_on: date | None,
        *,
        accepted: bool,
        together: bool,
    ) -> None:
        self._check_seen(from_on, until_on)
        if not ids or len(ids) != len(set(ids)) or any(number in self.people for number in ids):
            raise Refused
        if until_on is not None and (until_on < from_on or until_on < self.today):
            raise Refused
        newcomers = [Enrolment(number, from_on, until_on, accepted) for number in ids]
        for one in newcomers:
            self.people[one.id] = one
        if self._fits(newcomers, from_on, until_on):
            for one in newcomers:
                self._move(one, ENROLLED if accepted else PROPOSED)
        elif together:
            self._queue(newcomers)
        else:
            for one in newcomers:
                if self._fits([one], from_on, until_on):
                    self._move(one, ENROLLED if accepted else PROPOSED)
                else:
                    self._queue([one])
        self.fill()

    def accept(self, number: int) -> None:
        one = self._known(number, PROPOSED, WAITING)
        one.accepted = True
        if one.standing is WAITING:
            self._tell(one, "accepted")
        elif one.unit is None:
            self._move(one, ENROLLED)
        else:
            self._offer(one)
        self.fill()

    def decline(self, number: int) -> None:
        self._move(self._known(number, PROPOSED, WAITING), DECLINED)
        self.fill()

    def take(self, number: int) -> None:
        self._move(self._known(number, OFFERED), ENROLLED)
        self.fill()

    def refuse(self, number: int) -> None:
        self._move(self._known(number, OFFERED), LAPSED)
        self.fill()

    def tick(self, hours: int) -> None:
        if hours < 0:
            raise Refused
        self.now += timedelta(hours=hours)
        for one in self.people.values():
            if one.standing is OFFERED and one.expires_at <= self.now:
                self._move(one, LAPSED)
        self.fill()

    def withdraw(self, number: int, on: date) -> None:
        self._check_seen(on)
        one = self._known(number, WAITING, PROPOSED, OFFERED, ENROLLED)
        if one.standing is not ENROLLED or on <= self.today or on <= one.from_on:
            self._move(one, WITHDRAWN)
        elif one.until_on is None or on <= one.until_on:
            one.until_on = on - DAY
            one.pauses = [pause for pause in one.pauses if pause.from_on <= one.until_on]
            for pause in one.pauses:
                if pause.until_on is not None:
                    pause.until_on = min(pause.until_on, one.until_on)
            self._tell(one, f"until {one.until_on}")
        self.fill()

    def pause(self, number: int, from_on: date, until_on: date | None) -> None:
        self._check_seen(from_on, until_on)
        one = self._known(number, ENROLLED)
        if from_on < self.today or (until_on is not None and until_on < from_on):
            raise Refused
        if not within(from_on, one.from_on, one.until_on):
            raise Refused
        if until_on is not None and not within(until_on, one.from_on, one.until_on):
            raise Refused
        for other in one.pauses:
            if within(other.from_on, from_on, until_on):
                raise Refused
            if within(from_on, other.from_on, other.until_on):
                raise Refused
        one.pauses.append(Pause(from_on, until_on))
        one.pauses.sort(key=lambda pause: pause.from_on)
        self._tell(one, f"paused {from_on} {until_on}")
        self.fill()

    def resume(self, number: int, on: date) -> None:
        self._check_seen(on)
        one = self._known(number, ENROLLED)
        if on < self.today or (one.until_on is not None and on > one.until_on):
            raise Refused
        ahead = [pause for pause in one.pauses if pause.until_on is None or pause.until_on >= on]
        if not ahead:
            raise Refused
        if ahead[0].until_on is None:
            self._return(one, ahead[0], on)
        elif self._fits([one], max(on, ahead[0].from_on), ahead[0].until_on):
            self._end_pause(one, ahead[0], on)
        else:
            raise Refused
        self.fill()

    def set_capacity(self, capacity: int) -> None:
        if capacity < 1:
            raise Refused
        if any(self.taken_on(day) > capacity for day in self._days(self.today, None)):
            raise Refused
        self.capacity = capacity
        self.fill()

    def skip(self, number: int) -> None:
        one = self._known(number, WAITING, OFFERED)
        one.unit.skipped = True
        self._tell(one, "skipped")
        if one.standing is OFFERED:
            self._move(one, WAITING)
        self.fill()

    def unskip(self, number: int) -> None:
        one = self._known(number, WAITING)
        one.unit.skipped = False
        self._tell(one, "unskipped")
        self.fill()

    def fill(self) -> None:
        """Once down the list is enough: an offer makes room for nobody who was passed over."""
        for unit in self.line:
            members = self._waiting_in(unit)
            if not members:
                continue
            # They asked together, and only ENROLLED ones ever change their dates.
            from_on, until_on = members[0].from_on, members[0].until_on
            if until_on is not None and until_on < self.today:
                for one in members:
                    self._move(one, LAPSED)
            elif not unit.skipped and self._fits(members, from_on, until_on):
                for one in members:
                    if one.accepted:
                        self._offer(one)
                    else:
                        self._move(one, PROPOSED)

    # How

    def _known(self, number: int, *standings: Standing) -> Enrolment:
        if number not in self.people:
            raise Refused
        one = self.people[number]
        if standings and one.standing not in standings:
            raise Refused
        return one

    def _check_seen(self, *days: date | None) -> None:
        for day in days:
            if day is not None and day >= self.today + HORIZON * DAY:
                raise ValueError("The model does not see so far ahead")

    def _days(self, from_on: date, until_on: date | None) -> Iterator[date]:
        """From today at the earliest, the last day included."""
        day = max(from_on, self.today)
        last = self.today + HORIZON * DAY if until_on is None else until_on
        while day <= last:
            yield day
            day += DAY

    def _fits(self, members: list[Enrolment], from_on: date, until_on: date | None) -> bool:
        """Whether all of them find a place on every date, their own places not counted."""
        others = [one for one in self.people.values() if one not in members]
        for day in self._days(from_on, until_on):
            taken = len([one for one in others if one.takes_a_place_on(day)])
            if taken + len(members) > self.capacity:
                return False
        return True

    def _waiting_in(self, unit: Unit) -> list[Enrolment]:
        return [one for one in self.people.values() if one.unit is unit and one.standing is WAITING]

    def _queue(self, members: list[Enrolment]) -> None:
        unit = Unit()
        self.line.append(unit)
        for one in members:
            one.unit = unit
            self._move(one, WAITING)

    def _offer(self, one: Enrolment) -> None:
        self._move(one, OFFERED)
        one.expires_at = self.now + OFFER_LASTS

    def _return(self, one: Enrolment, pause: Pause, on: date) -> None:
        first = max(on, one.from_on)
        if self._fits([one], first, one.until_on):
            self._end_pause(one, pause, on)
            return
        if pause.from_on > max(self.today, one.from_on):  # the places before it stay hers
            raise Refused
        unit = Unit(returned=True)
        self.line.insert(len([other for other in self.line if other.returned]), unit)
        one.unit = unit
        one.accepted = True
        one.from_on = first
        one.pauses = []
        self._move(one, WAITING)

    def _end_pause(self, one: Enrolment, pause: Pause, on: date) -> None:
        if on <= pause.from_on:
            one.pauses.remove(pause)
        else:
            pause.until_on = on - DAY
        self._tell(one, f"resumed {on}")

    def _move(self, one: Enrolment, standing: Standing) -> None:
        one.standing = standing
        one.expires_at = None
        self._tell(one, str(standing))

    def _tell(self, one: Enrolment, what: str) -> None:
        self.story.append((self.now, one.id, what))
