"""What was agreed about each hour and what became of it, as the booking core would have written."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from base import clock
from desk.demo.diary import missed
from desk.demo.families import Who, weekday_before
from desk.demo.past import texts
from desk.demo.past.colleagues import Colleague
from desk.demo.past.hours import Hour
from desk.demo.past.ledger import Ledger
from desk.demo.staff import House, R
from notifications.models import Reminder
from people.models import Person, User
from scheduling import closing, writing
from scheduling.models import Allocation, Booking, Change, Modality, Participation

Outcome = Participation.Outcome
Party = Booking.Party
Status = Booking.Status
What = Change.What

DAY = timedelta(days=1)
CANCELLED = (
    (Party.CLIENT, 50, "Семейството помоли за друг ден"),
    (Party.CLIENT, 3, "Не успяват да дойдат днес"),
    (Party.CENTRE, 27, "Колегата отсъства"),
)
"""By whom, so many hours before, and why: never anything about the family itself (D12)."""

CANCELLED_OF_ALL, MISSED_OF_ALL, MOVED_OF_ALL = 0.09, 0.07, 0.06


class Chronicle:
    """Writes hours down, with what came of those before today."""

    def __init__(
        self, house: House, rng: Random, ledger: Ledger, colleagues: Sequence[Colleague]
    ) -> None:
        self.house, self.rng, self.ledger = house, rng, ledger
        self.coordinators = [one for one in colleagues if one.post.role == R.COORDINATOR]
        self.midnight = clock.midnight(clock.today())

    def write(self, hour: Hour) -> None:
        agreed_at = self.agreed_at(hour)
        is_moved = self.may_move(hour, agreed_at)
        booking = self.agree(hour, hour.instead_of if is_moved else hour.starts_at, agreed_at)
        reminders = texts.plan(self.ledger, booking, hour, at=agreed_at)
        if is_moved:
            texts.drop(self.ledger, reminders, hour, at=agreed_at + DAY)
            reminders = self.move(booking, hour, at=agreed_at + DAY)
        self.become(booking, hour, reminders)
        self.hold(booking, hour)
        is_visit = hour.thread.modality == Modality.FIELD
        hour.client.was_visited |= is_visit and booking.status != Status.CANCELLED

    # --- Agreed, and agreed anew ----------------------------------------------------------------

    def agreed_at(self, hour: Hour) -> datetime:
        """A working hour some days before, not before the family came nor later than yesterday."""
        day = clock.local(hour.starts_at).date()
        latest = min(day, clock.today()) - DAY
        wished = min(day - timedelta(days=self.rng.randint(3, 11)), latest)
        on = max(weekday_before(wished), hour.client.known_since)
        return clock.instant(on, time(self.rng.randint(10, 16), self.rng.choice((35, 45, 55))))

    def agree(self, hour: Hour, starts_at: datetime, at: datetime) -> Booking:
        service = self.house.services[hour.thread.code]
        told_of_child = hour.thread.who in {Who.CHILD, Who.TOGETHER}
        booking = Booking(
            kind=Booking.Kind.CONSULTATION,
            centre=self.house.centre,
            service=service,
            modality=hour.thread.modality,
            status=Status.CONFIRMED,
            starts_at=starts_at,
            ends_at=starts_at + service.duration,
            carer=hour.client.carer if told_of_child else None,
            created_by=self.who_books(hour.lead, clock.local(at).date()).user,
            created_at=at,
        )
        self.ledger.enter(booking)
        facts = writing.described(booking, hour.holdings)
        self.note(booking, What.BOOKED, facts, by=booking.created_by, at=at)
        return booking

    def who_books(self, lead: Colleague, on: date) -> Colleague:
        theirs = self.rng.random() < 0.6 and lead.was_there(on, on)
        return lead if theirs else next(one for one in self.coordinators if one.was_there(on, on))

    def may_move(self, hour: Hour, agreed_at: datetime) -> bool:
        """Once a family, and before anything was told."""
        early = hour.starts_at - agreed_at > 6 * DAY and agreed_at + DAY < self.midnight
        other = hour.instead_of != hour.starts_at and not hour.client.was_moved
        return early and other and self.rng.random() < MOVED_OF_ALL

    def move(self, booking: Booking, hour: Hour, *, at: datetime) -> list[Reminder]:
        """The reminders of its new time."""
        was = booking.starts_at
        hour.client.was_moved = True
        booking.starts_at, booking.ends_at = hour.starts_at, hour.ends_at
        booking.schedule_version += 1
        booking.version += 1
        facts = {"was": was.isoformat(), **writing.described(booking, hour.holdings)}
        self.note(booking, What.RESCHEDULED, facts, by=hour.lead.user, at=at)
        return texts.plan(self.ledger, booking, hour, at=at)

    # --- What became of it ----------------------------------------------------------------------

    def become(self, booking: Booking, hour: Hour, reminders: list[Reminder]) -> None:
        chance = self.rng.random()
        if booking.starts_at >= self.midnight:
            self.seat(booking, dict.fromkeys(hour.people, ""))
        elif chance < CANCELLED_OF_ALL:
            self.cancel(booking, hour, reminders)
        else:
            self.close(booking, hour, someone_missing=chance < CANCELLED_OF_ALL + MISSED_OF_ALL)
        texts.tell(self.ledger, reminders, hour, until=self.midnight)

    def cancel(self, booking: Booking, hour: Hour, reminders: list[Reminder]) -> None:
        party, hours, reason = self.rng.choice(CANCELLED)
        ahead = min(timedelta(hours=hours), (booking.starts_at - booking.created_at) / 4)
        at = booking.starts_at - ahead
        with clock.frozen(at):
            outcome = closing.outcome_of_cancelling(booking, party)
        booking.status = Status.CANCELLED
        booking.cancelled_by, booking.cancel_reason = party, reason
        booking.version += 1
        self.seat(booking, dict.fromkeys(hour.people, outcome))
        self.note(booking, What.CANCELLED, {"party": party.value}, by=hour.lead.user, at=at)
        texts.drop(self.ledger, reminders, hour, at=at)

    def close(self, booking: Booking, hour: Hour, *, someone_missing: bool) -> None:
        """Told soon after the end. Nobody stays away twice in a row: that is a task (D10)."""
        client, people = hour.client, {person.pk for person in hour.people}
        stayed_away = someone_missing and not people & client.stayed_away
        day = clock.local(booking.starts_at).date()
        outcomes = {
            person: missed(person, day) if stayed_away else Outcome.ATTENDED
            for person in hour.people
        }
        client.stayed_away -= people
        client.stayed_away |= people if stayed_away else set()
        booking.status = Status.CLOSED
        booking.version += 1
        self.seat(booking, outcomes)
        told = {str(person.public_id): outcome for person, outcome in outcomes.items()}
        at = booking.ends_at + timedelta(minutes=self.rng.randint(2, 45))
        self.note(booking, What.OUTCOME, {"outcomes": told}, by=hour.lead.user, at=at)

    # --- Rows -----------------------------------------------------------------------------------

    def seat(self, booking: Booking, outcomes: Mapping[Person, str]) -> None:
        self.ledger.enter_all(
            Participation(booking=booking, person=person, outcome=outcome)
            for person, outcome in outcomes.items()
        )

    def hold(self, booking: Booking, hour: Hour) -> None:
        is_general = writing.is_general(booking.service)
        self.ledger.enter_all(
            Allocation(
                booking=booking,
                resource=holding.resource,
                part=holding.part,
                lane=holding.lane,
                period=holding.period,
                active=booking.status != Status.CANCELLED,
                by_general_access=is_general and holding.part == Allocation.Part.PERSON,
            )
            for holding in hour.holdings
        )

    def note(
        self,
        booking: Booking,
        what: What,
        facts: Mapping[str, object],
        *,
        by: User,
        at: datetime,
    ) -> None:
        with clock.frozen(at):
            self.ledger.enter(writing.change_of(booking, what, by=by.pk, facts=facts))
