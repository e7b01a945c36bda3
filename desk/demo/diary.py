"""Booking as the staff of one house did: each hour some days before, its outcome afterwards.

Everything goes through the booking core. The hours are those that the core itself offers for the
invented moment of asking, so nothing is booked that staff could not have booked.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from base import clock
from desk.demo import told
from desk.demo.families import Family, Thread, Who, weekday_before
from desk.demo.staff import House
from people.models import Person, User
from scheduling import closing, services
from scheduling.models import Booking, Participation, Resource
from scheduling.planning import Wish
from scheduling.slots import Search, Slot, free_slots

Outcome = Participation.Outcome
DAY_ENDS = time(19)


class NothingFree(RuntimeError):
    """The inventing asks for more than the house can hold: a fault of the figures given."""


class Diary:
    def __init__(self, house: House, rng: Random) -> None:
        self.house = house
        self.rng = rng
        self.leads: dict[int, User] = {}
        """Whose hour it is, by booking."""

    @property
    def coordinator(self) -> User:
        return self.house.staff["coordinator"]

    # --- Looking for an hour ------------------------------------------------------------------

    def take_in(
        self,
        family: Family,
        thread: Thread,
        days: Iterable[date],
        *,
        hold: bool = False,
        asked_at: datetime | None = None,
    ) -> Booking:
        """A booking on the first of these days that has a free hour. Raises NothingFree."""
        for day in days:
            since = time(self.rng.randint(9, 15))
            found = self.take_on(family, thread, day, since, hold=hold, asked_at=asked_at)
            if found:
                return found
        raise NothingFree(f"{self.house.centre.slug}: {thread.code}, {thread.modality}")

    def take_on(
        self,
        family: Family,
        thread: Thread,
        day: date,
        since: time,
        *,
        until: time = DAY_ENDS,
        lead: Resource | None = None,
        hold: bool = False,
        asked_at: datetime | None = None,
    ) -> Booking | None:
        """The first free hour of a day between two times; another colleague's, unless `lead` is
        named, if the usual one has none. None if there is no hour."""
        begins, ends = clock.instant(day, since), clock.instant(day, until)
        with clock.frozen(asked_at or self.some_time_before(day, family)):
            for specialist in [lead] if lead else self.able(family, thread):
                if slot := self.first_slot(family, thread, begins, ends, specialist):
                    wish = self.wish(family, thread, slot, hold=hold)
                    booking = services.book(wish, by=self.who_books(slot))
                    self.leads[booking.pk] = user_of(specialist)
                    return booking
        return None

    def first_slot(
        self,
        family: Family,
        thread: Thread,
        begins: datetime,
        ends: datetime,
        specialist: Resource,
    ) -> Slot | None:
        service = self.house.services[thread.code]
        people = family.people(thread.who)
        slots = free_slots(Search(service, people, thread.modality, specialist, begins, ends))
        found = next(slots.soonest_first(), None)
        return slots.present(*found) if found else None

    def wish(
        self,
        family: Family,
        thread: Thread,
        slot: Slot,
        *,
        hold: bool = False,
        without_papers: str = "",
    ) -> Wish:
        """The slot as a wish; who is told about a child's hour is the adult who brings it."""
        return Wish(
            service=self.house.services[thread.code],
            starts_at=slot.starts_at,
            lead=slot.specialist,
            people=family.people(thread.who),
            modality=thread.modality,
            carer=family.carer if thread.who in {Who.CHILD, Who.TOGETHER} else None,
            hold=hold,
            without_papers=without_papers,
        )

    def able(self, family: Family, thread: Thread) -> list[Resource]:
        """Who gives this service, beginning with the one who has always given it to this family."""
        able = self.house.skilled[thread.code]
        # The first of them is who logs in as ROLE@: she should have much to do.
        drawn = max(0, self.rng.randrange(-len(able), len(able)))
        place = family.usual.setdefault(thread.code, drawn)
        return [*able[place:], *able[:place]]

    def who_books(self, slot: Slot) -> User:
        return user_of(slot.specialist) if self.rng.random() < 0.6 else self.coordinator

    def some_time_before(self, day: date, family: Family) -> datetime:
        """A working hour some days before, not before the family came nor later than yesterday.

        Yesterday, and not now: what is invented must not depend on the hour of inventing.
        """
        latest = min(day, clock.today()) - timedelta(days=1)
        wished = min(day - timedelta(days=self.rng.randint(3, 11)), latest)
        asked_on = max(weekday_before(wished), family.known_since)
        return clock.instant(asked_on, time(self.rng.randint(9, 16), self.rng.choice((5, 20, 40))))

    # --- What became of it --------------------------------------------------------------------

    def close(self, booking: Booking, *, absent: Iterable[Person] = ()) -> None:
        """Everybody came but those who did not; told soon after the end."""
        missing = set(absent)
        day = clock.local(booking.starts_at).date()
        people = Person.objects.filter(participations__booking=booking).order_by("pk")
        outcomes = {
            person: missed(person, day) if person in missing else Outcome.ATTENDED
            for person in people
        }
        with clock.frozen(booking.ends_at + timedelta(minutes=self.rng.randint(2, 45))):
            closing.record_outcomes(booking, outcomes, by=self.leads[booking.pk])

    def cancel(self, booking: Booking, *, at: datetime, party: Booking.Party, reason: str) -> None:
        told.settle_before(at, booking=booking)
        with clock.frozen(at):
            services.cancel_booking(booking, by=self.leads[booking.pk], party=party, reason=reason)

    def move(
        self,
        booking: Booking,
        family: Family,
        thread: Thread,
        days: Iterable[date],
        *,
        at: datetime,
    ) -> None:
        """To the same colleague's first free hour of these days. Raises NothingFree."""
        told.settle_before(at, booking=booking)
        lead = self.leads[booking.pk]
        with clock.frozen(at):
            for day in days:
                begins, ends = clock.instant(day, time(9)), clock.instant(day, DAY_ENDS)
                if slot := self.first_slot(family, thread, begins, ends, lead.resource):
                    services.reschedule_booking(booking, starts_at=slot.starts_at, by=lead)
                    return
        raise NothingFree(f"{self.house.centre.slug}: {thread.code}, {thread.modality}")


def missed(person: Person, day: date) -> Outcome:
    """D9: a child is not brought, an adult does not attend."""
    return Outcome.NOT_BROUGHT if person.is_child_on(day) else Outcome.DID_NOT_ATTEND


def user_of(specialist: Resource) -> User:
    assert specialist.user is not None
    return specialist.user


def days_from(first: date, last: date) -> Iterator[date]:
    """Mondays to Fridays from one date to another, both included."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 5:
            yield day
