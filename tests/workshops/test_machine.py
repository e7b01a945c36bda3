"""The same random commands to the program and to the list model: both answer alike.

One group of every weekday for half a year. Each example runs on the real database, in a savepoint
that is rolled back after it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from base import clock
from base.errors import DomainError
from scheduling.models import Booking
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from tests.support import building
from tests.workshops import building as made
from tests.workshops import model
from tests.workshops.building import FIRST, MONDAY
from workshops import enrolling, groups, offers, pausing
from workshops.enrolling import Application, Candidate
from workshops.groups import Timetable
from workshops.models import Enrolment, Group, Seat
from workshops.places import turn

S = Enrolment.Status
DAY = timedelta(days=1)
LAST = FIRST + timedelta(weeks=26)
CHILDREN = 24

WHO = st.integers(0, CHILDREN - 1)
APT = st.sampled_from([True, True, True, False])
"""Whether somebody is chosen whom the command suits."""

COMMANDS: dict[str, Callable[..., object]] = {
    "accept": enrolling.accept,
    "decline": enrolling.decline,
    "withdraw": enrolling.withdraw,
    "take": offers.take,
    "refuse": offers.refuse,
    "skip": offers.skip,
    "unskip": offers.unskip,
    "pause": pausing.pause,
    "resume": pausing.resume,
}
SUITED = {
    "accept": {model.PROPOSED, model.WAITING},
    "decline": {model.PROPOSED, model.WAITING},
    "take": {model.OFFERED},
    "refuse": {model.OFFERED},
    "pause": {model.ENROLLED},
    "resume": {model.ENROLLED},
    "skip": {model.WAITING, model.OFFERED},
    "unskip": {model.WAITING},
}
AHEAD = st.sampled_from([0, 0, 0, 1, 3, 7, 14])
LENGTH = st.sampled_from([None, None, None, 7, 14, 30])
"""In days; None: without an end."""


class House:
    """What no example changes: a group of three places, and children for it."""

    def __init__(self) -> None:
        centre = building.centre()
        self.by = building.user(centre, "coordinator")
        workshop = made.workshop(centre, capacity=3)
        lead = building.specialist(centre, [workshop.service])
        building.place(centre, [workshop.service], seats=40)
        weekdays = Pattern(Freq.WEEKLY, 1, (0, 1, 2, 3, 4))
        asked = Timetable(
            workshop, "Every day", building.at(FIRST, 10), lead, Repetition(weekdays, until=LAST)
        )
        self.group = groups.open_group(asked, by=self.by)
        standing = self.group.sessions.filter(booking__status=Booking.Status.CONFIRMED)
        self.hours = list(standing.values_list("booking__starts_at", flat=True))
        self.children = [made.child(centre) for _ in range(CHILDREN)]


class SideBySide(RuleBasedStateMachine):
    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now = building.at(MONDAY, 8)
        self.frozen = clock.frozen(self.now)
        self.frozen.__enter__()
        self.model = model.Group(3, self.now)
        self.enrolments: dict[int, Enrolment] = {}

    def teardown(self) -> None:
        self.frozen.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @property
    def group(self) -> Group:
        return self.house.group

    def alike(self, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
        """Both do it, or both refuse."""
        refused = permitted = False
        try:
            theirs()
        except model.Refused:
            refused = True
        with suppress(DomainError), transaction.atomic():
            ours()
            permitted = True
        assert permitted is not refused

    def day(self, ahead: int) -> date:
        return clock.local(self.now).date() + ahead * DAY

    @initialize(asking=st.integers(3, 7), together=st.booleans())
    def begin(self, asking: int, together: bool) -> None:
        """The group is full, or nearly, and some wait."""
        self.group.refresh_from_db()
        for who in range(asking):
            self.enrol(who, 0, 0, None, accepted=True, together=False)
        self.enrol(asking, 1, 0, None, accepted=True, together=together)

    @rule(
        who=WHO, more=st.sampled_from([0, 0, 0, 1, 2]), ahead=AHEAD, length=LENGTH,
        accepted=st.sampled_from([True, True, False]), together=st.booleans(),
    )  # fmt: skip
    def ask(
        self, who: int, more: int, ahead: int, length: int | None, accepted: bool, together: bool
    ) -> None:
        self.enrol(who, more, ahead, length, accepted=accepted, together=together)

    def enrol(
        self, who: int, more: int, ahead: int, length: int | None, *, accepted: bool, together: bool
    ) -> None:
        numbers = [n for n in range(who, who + more + 1) if n < CHILDREN]
        if any(n in self.enrolments for n in numbers):
            return
        from_on = max(self.day(ahead), FIRST)
        until = from_on + length * DAY if length else None
        asked = Application(
            self.group, tuple(Candidate(self.house.children[n]) for n in numbers),
            from_on, until, MONDAY, together=together,
        )  # fmt: skip
        new = enrolling.enrol(asked, by=self.house.by, accepted=accepted)
        self.enrolments |= dict(zip(numbers, new, strict=True))
        self.model.enrol(numbers, from_on, until, accepted=accepted, together=together)

    def command(self, name: str, number: int, *of_model: object, **fields: object) -> None:
        act = COMMANDS[name]
        self.alike(
            lambda: act(self.enrolments[number], by=self.house.by, **fields),
            lambda: getattr(self.model, name)(number, *of_model),
        )

    def one(self, who: int, name: str = "", *, apt: bool = False) -> int:
        """One of those who have asked: where it can be, whom the command suits."""
        known = sorted(self.enrolments)
        suited = [n for n in known if apt and self.suits(n, name)]
        return (suited or known)[who % len(suited or known)]

    def suits(self, number: int, name: str) -> bool:
        one = self.model.people[number]
        return one.standing in SUITED[name] and (name != "resume" or one.pauses != [])

    @rule(who=WHO, apt=APT, yes=st.sampled_from([True, True, False]))
    def decide(self, who: int, apt: bool, yes: bool) -> None:
        number = self.one(who, "accept", apt=apt)
        if not yes:
            self.command("decline", number, reason="-")
        elif not self.model.is_accepted(number):
            self.command("accept", number)

    @rule(who=WHO, apt=APT, yes=st.sampled_from([True, True, False]))
    def answer(self, who: int, apt: bool, yes: bool) -> None:
        self.command("take" if yes else "refuse", self.one(who, "take", apt=apt))

    @rule(who=WHO, ahead=AHEAD)
    def withdraw(self, who: int, ahead: int) -> None:
        on = self.day(ahead)
        self.command("withdraw", self.one(who), on, on=on)

    @rule(who=WHO, apt=APT, ahead=AHEAD, length=LENGTH)
    def pause(self, who: int, apt: bool, ahead: int, length: int | None) -> None:
        from_on = max(self.day(ahead), FIRST)
        until = from_on + length * DAY if length else None
        number = self.one(who, "pause", apt=apt)
        self.command("pause", number, from_on, until, from_on=from_on, until_on=until)

    @rule(who=WHO, apt=APT, ahead=AHEAD)
    def resume(self, who: int, apt: bool, ahead: int) -> None:
        on = self.day(ahead)
        self.command("resume", self.one(who, "resume", apt=apt), on, on=on)

    @rule(who=WHO, apt=APT)
    def skip(self, who: int, apt: bool) -> None:
        number = self.one(who, "skip", apt=apt)
        if not self.model.is_skipped(number):
            self.command("skip", number, reason="away")

    @rule(who=WHO, apt=APT)
    def unskip(self, who: int, apt: bool) -> None:
        number = self.one(who, "unskip", apt=apt)
        if self.model.is_skipped(number):
            self.command("unskip", number)

    @rule(places=st.integers(1, 6))
    def change_capacity(self, places: int) -> None:
        self.alike(
            lambda: groups.change_group(self.group, capacity=places, by=self.house.by),
            lambda: self.model.set_capacity(places),
        )

    @rule(hours=st.sampled_from([1, 24, 47, 48, 49, 200]))
    def tick(self, hours: int) -> None:
        self.frozen.__exit__(None, None, None)
        self.now += timedelta(hours=hours)
        self.frozen = clock.frozen(self.now)
        self.frozen.__enter__()
        offers.pass_on(self.group)
        self.model.tick(hours)

    @invariant()
    def everybody_stands_alike(self) -> None:
        ours = dict(Enrolment.objects.values_list("pk", "status"))
        theirs = {self.enrolments[n].pk: str(one.standing) for n, one in self.model.people.items()}
        assert ours == theirs

    @invariant()
    def the_list_is_in_the_same_order(self) -> None:
        waiting = sorted(Enrolment.objects.filter(status=S.WAITING), key=turn)
        known = {one.pk: number for number, one in self.enrolments.items()}
        assert [known[one.pk] for one in waiting] == self.model.waiting_order()

    @invariant()
    def offers_run_out_alike(self) -> None:
        offers = Enrolment.objects.filter(status=S.OFFERED)
        known = {one.pk: number for number, one in self.enrolments.items()}
        assert {known[one.pk]: one.offer_expires_at for one in offers} == self.model.offers()

    @invariant()
    def seats_are_what_the_model_would_give(self) -> None:
        """Whoever is enrolled sits on every date of hers ahead; nobody else holds an hour, but for
        the one of an offer."""
        held = Seat.objects.filter(
            booking__status__in=[Booking.Status.CONFIRMED, Booking.Status.HELD],
            booking__starts_at__gt=self.now,
        ).values_list("enrolment", "booking__starts_at", "booking__status")
        sitting = {(one, at) for one, at, status in held if status == Booking.Status.CONFIRMED}
        assert sitting == set(self.should_sit())
        offered = {one for one, _, status in held if status == Booking.Status.HELD}
        assert offered <= set(
            Enrolment.objects.filter(status=S.OFFERED).values_list("pk", flat=True)
        )

    def should_sit(self) -> list[tuple[int, datetime]]:
        ahead = [at for at in self.hours() if at > self.now]
        return [
            (self.enrolments[number].pk, at)
            for number, one in self.model.people.items()
            if one.standing == model.ENROLLED
            for at in ahead
            if one.takes_a_place_on(clock.local(at).date())
        ]

    def hours(self) -> list[datetime]:
        return self.house.hours

    @invariant()
    def no_session_has_one_too_many(self) -> None:
        for day in {clock.local(at).date() for at in self.hours() if at > self.now}:
            assert self.model.taken_on(day) <= self.model.capacity


@pytest.mark.django_db
def test_program_and_model_answer_alike():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house), settings=settings(max_examples=5, stateful_step_count=20)
    )


@pytest.mark.full
@pytest.mark.django_db
def test_program_and_model_answer_alike_for_long():
    house = House()
    run_state_machine_as_test(
        lambda: SideBySide(house),
        settings=settings(max_examples=40, stateful_step_count=40, phases=[Phase.generate]),
    )
