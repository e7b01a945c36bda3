"""What goes otherwise than planned: one family for each thing that staff should see once."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta

from base import clock
from desk.demo import cards, told, work
from desk.demo.cards import State
from desk.demo.diary import Diary, NothingFree, days_from
from desk.demo.families import (
    COUPLE,
    FATHER_ALONE,
    GENERAL,
    MOTHER,
    ON_SITE,
    PHONE,
    VISITOR,
    Family,
    Founder,
    Shape,
    Thread,
    Who,
    weekday_before,
)
from notifications.models import Reminder
from people import services as people_services
from people.models import Carer, User
from scheduling import blocking, services, setup
from scheduling.models import Booking, Resource
from scheduling.series.horizon import roll_all
from scheduling.series.making import HORIZON, Repetition, create_series
from scheduling.series.recurrence import Freq, Pattern

TALK = Thread("psychological-counselling", ON_SITE, Who.CARER)
CHILD_TALK = Thread("psychological-counselling", ON_SITE, Who.CHILD)
SHORT = Thread(GENERAL, ON_SITE, Who.CARER)
CALL = Thread(GENERAL, PHONE, Who.CARER)


@dataclass
class Teller:
    """Tells the stories of one house."""

    founder: Founder
    diary: Diary
    phones: Iterator[str]

    @property
    def today(self) -> date:
        return clock.today()

    def family(
        self,
        shape: Shape = MOTHER,
        *,
        days_ago: int = 90,
        state: State = cards.READY,
        surname: str = "",
        at_risk: bool = False,
        valid_until: date | None = None,
        lead: User | None = None,
    ) -> Family:
        """A family of its own for a story, with a case and a card."""
        family = self.founder.found(shape, surname=surname)
        self.founder.open_case(
            family, days_ago=days_ago, at_risk=at_risk, valid_until=valid_until, lead=lead
        )
        self.give_card(family, state)
        return family

    def give_card(self, family: Family, state: State) -> None:
        cards.fill(
            family.carer,
            state,
            by=self.diary.coordinator,
            phone=next(self.phones),
            since=family.known_since,
        )

    def days(self, first: int, last: int) -> Iterator[date]:
        """Working days from so many days after today to so many; before, when negative."""
        return days_from(self.today + timedelta(days=first), self.today + timedelta(days=last))


def tell_all(teller: Teller, others: list[Family]) -> None:
    """Every story that goes: between holidays some may find no hour."""
    for story in STORIES:
        with suppress(NothingFree):
            story(teller)
    leave_open(teller.diary, others)


def kept_apart(teller: Teller) -> None:
    """D11: parents who must not meet, both with hours at the centre on the next days."""
    surname = "Странджев"
    mother = teller.family(days_ago=100, surname=surname, at_risk=True)
    father = teller.family(FATHER_ALONE, days_ago=98, surname=surname)
    with clock.frozen(clock.midnight(teller.today - timedelta(days=95))):
        people_services.keep_apart(mother.carer, father.carer)
    for family in (mother, father):
        teller.diary.take_in(family, TALK, teller.days(1, 10))


def walled_off(teller: Teller) -> None:
    """D12: kin of the psychologist who logs in; her colleague works with them."""
    staff = teller.diary.house.staff
    family = teller.family(COUPLE, lead=staff["psychologist-2"])
    people_services.wall_off(staff["psychologist"], family.household)
    booking = teller.diary.take_in(family, CHILD_TALK, teller.days(-30, -12))
    teller.diary.close(booking)
    teller.diary.take_in(family, CHILD_TALK, teller.days(2, 12))


def not_brought_twice(teller: Teller) -> None:
    """D10: a task for the case lead, nothing to the family."""
    family = teller.family()
    for first, last in ((-25, -15), (-13, -3)):
        booking = teller.diary.take_in(family, CHILD_TALK, teller.days(first, last))
        teller.diary.close(booking, absent=family.children)


def moved_again_and_again(teller: Teller) -> None:
    """D10, serial rescheduling: three moves of one hour."""
    family = teller.family(state=cards.PLAIN)
    asked_at = clock.instant(teller.today - timedelta(days=8), time(10, 5))
    booking = teller.diary.take_in(family, TALK, teller.days(8, 17), asked_at=asked_at)
    for days_ago, offset in ((6, 9), (4, 12), (2, 15)):
        at = clock.instant(teller.today - timedelta(days=days_ago), time(11, 5))
        teller.diary.move(booking, family, TALK, teller.days(offset, offset + 9), at=at)


def without_papers(teller: Teller) -> None:
    """D7: the coordinator books before the document is there; a task asks for it."""
    family = teller.founder.found(MOTHER, days_ago=6)
    teller.give_card(family, cards.NEVER_ASKED)
    diary = teller.diary
    with clock.frozen(clock.instant(teller.today - timedelta(days=1), time(14, 30))):
        begins = clock.midnight(teller.today + timedelta(days=2))
        able = diary.able(family, TALK)[0]
        slot = diary.first_slot(family, TALK, begins, begins + timedelta(days=12), able)
        if slot is None:
            raise NothingFree(TALK.code)
        reason = "Насочени са по телефона, документът е на път"
        services.book(diary.wish(family, TALK, slot, without_papers=reason), by=diary.coordinator)


def papers_ran_out(teller: Teller) -> None:
    """D4: the document ended last week, so the next hour needs another."""
    valid_until = teller.today - timedelta(days=5)
    family = teller.family(days_ago=185, valid_until=valid_until)
    for first, last in ((-45, -33), (-25, -12)):
        teller.diary.close(teller.diary.take_in(family, TALK, teller.days(first, last)))


def general_access_ends(teller: Teller) -> None:
    """D4: two months from the first session are nearly over; the next hour warns."""
    family = teller.founder.found(VISITOR, days_ago=54)
    teller.give_card(family, cards.READY)
    teller.diary.close(teller.diary.take_in(family, SHORT, teller.days(-52, -42)))
    teller.diary.take_in(family, CALL, teller.days(1, 10))


def did_not_come(teller: Teller) -> None:
    """Adults who stayed away; their cards allow no text, so nobody had reminded them."""
    for state, (first, last) in ((cards.UNSAFE, (-20, -9)), (cards.OPTED_OUT, (-12, -3))):
        family = teller.family(state=state)
        booking = teller.diary.take_in(family, TALK, teller.days(first, last))
        teller.diary.close(booking, absent=family.adults)
        teller.diary.take_in(family, TALK, teller.days(3, 13))


def not_reached(teller: Teller) -> None:
    """Hours of the next days of which no text tells: two went wrong, and one child has two carers
    of whom nobody said which to tell (D36)."""
    for status in (Reminder.Status.FAILED, Reminder.Status.UNKNOWN):
        booking = teller.diary.take_in(teller.family(), TALK, teller.days(1, 5))
        told.go_wrong(booking, status)
    family = teller.family()
    booking = teller.diary.take_in(family, CHILD_TALK, teller.days(1, 5))
    grandmother = teller.founder.found(VISITOR, days_ago=60).carer
    people_services.add_carer(family.children[0], grandmother, relation=Carer.Relation.RELATIVE)
    Booking.objects.filter(pk=booking.pk).update(carer=None)
    booking.reminders.all().delete()


def given_back(teller: Teller) -> None:
    """One hour given back by the family, one by the centre; their reminders were dropped."""
    reasons = {
        Booking.Party.CLIENT: "Семейството ще се обади за друг ден",
        Booking.Party.CENTRE: "Колегата е на обучение",
    }
    for party, reason in reasons.items():
        family = teller.family()
        booking = teller.diary.take_in(family, TALK, teller.days(1, 10))
        at = clock.instant(teller.today - timedelta(days=1), time(16, 15))
        teller.diary.cancel(booking, at=max(at, booking.created_at), party=party, reason=reason)


def every_week(teller: Teller) -> None:
    """A child's hour that repeats until somebody ends it. A date four months from now was taken by
    another family before its turn came, so it was left out and somebody is asked to find another.
    """
    diary, family, other = teller.diary, teller.family(days_ago=30), teller.family()
    asked_at = clock.instant(teller.today - timedelta(days=8), time(15, 20))
    for day in teller.days(1, 12):
        far = day + timedelta(weeks=-(-(teller.today + FAR - day) // timedelta(weeks=1)))
        if is_day_off(diary, far):
            continue
        with clock.frozen(asked_at):
            begins, ends = clock.instant(day, time(9)), clock.instant(day, time(17))
            lead = diary.able(family, CHILD_TALK)[0]
            slot = diary.first_slot(family, CHILD_TALK, begins, ends, lead)
            if slot is None:
                continue
            wish = diary.wish(family, CHILD_TALK, slot)
            weekly = Repetition(Pattern(Freq.WEEKLY, weekdays=(day.weekday(),)))
            create_series(wish, weekly, by=diary.coordinator, skipping=True)
            hour = clock.local(slot.starts_at).time()
            diary.take_on(other, TALK, far, hour, lead=lead, asked_at=asked_at)
        with clock.frozen(clock.instant(teller.today, time(0, 47))):
            roll_all()
        return
    raise NothingFree(CHILD_TALK.code)


def is_day_off(diary: Diary, day: date) -> bool:
    closed = setup.now_of(diary.house.centre.pk).hours((), day, day).closures
    return day in closed


FAR = HORIZON - timedelta(days=7)
"""What lay beyond the horizon a week ago."""

STORIES: tuple[Callable[[Teller], None], ...] = (
    kept_apart,
    walled_off,
    not_brought_twice,
    moved_again_and_again,
    without_papers,
    papers_ran_out,
    general_access_ends,
    did_not_come,
    not_reached,
    given_back,
    every_week,
)

# --- Every house ----------------------------------------------------------------------------------


def take_out_of_use(diary: Diary, rooms: list[Resource], cars: list[Resource]) -> None:
    """Leave and repairs, past and to come, before anything is booked in their way."""
    staff = diary.house.staff
    blocks = [
        (rooms[-1], -40, 3, Booking.BlockReason.MAINTENANCE),
        (rooms[0], 9, 2, Booking.BlockReason.MAINTENANCE),
        (cars[0], 16, 1, Booking.BlockReason.MAINTENANCE),
        (staff["coordinator"].resource, 14, 5, Booking.BlockReason.LEAVE),
        (staff["leader"].resource, -25, 5, Booking.BlockReason.LEAVE),
    ]
    for resource, offset, days, reason in blocks:
        first = monday_from(clock.today() + timedelta(days=offset))
        asked_on = min(first, clock.today()) - timedelta(days=3)
        with clock.frozen(clock.instant(asked_on, time(9, 30))):
            blocking.block_resource(
                resource,
                centre_id=diary.house.centre.pk,
                starts_at=clock.midnight(first),
                ends_at=clock.midnight(first + timedelta(days=days)),
                reason=reason,
                by=staff["manager"],
            )


def monday_from(day: date) -> date:
    """The day itself, or the next Monday."""
    return day + timedelta(days=-day.weekday() % 7)


def hold_and_let_go(diary: Diary, one: Family, other: Family) -> None:
    """A hold that ran out yesterday, and one of this minute that still waits for a yes."""
    today = clock.today()
    days = list(days_from(today + timedelta(days=3), today + timedelta(days=14)))
    yesterday = clock.instant(today - timedelta(days=1), time(10, 10))
    diary.take_in(one, one.threads()[0], days, hold=True, asked_at=yesterday)
    with clock.frozen(yesterday + services.HOLD_LASTS + timedelta(minutes=1)):
        services.expire_holds()
    diary.take_in(other, other.threads()[0], days, hold=True, asked_at=clock.now())


def leave_open(diary: Diary, families: list[Family]) -> None:
    """The psychologist's last working day, whose last two sessions nobody has closed yet."""
    yesterday = weekday_before(clock.today() - timedelta(days=1))
    for booking in work.fill_day(diary, families, yesterday)[:-2]:
        diary.close(booking)


def leave_traces(diary: Diary, families: list[Family]) -> None:
    """Whom staff looked up yesterday, for the data officer to read (D39)."""
    readers = [diary.house.staff["psychologist"], diary.coordinator]
    yesterday = clock.today() - timedelta(days=1)
    for place, family in enumerate(families[:5]):
        with clock.frozen(clock.instant(yesterday, time(9 + place, 12))):
            people_services.note_read(
                readers[place % 2], diary.house.centre.pk, "person", family.carer.public_id
            )
