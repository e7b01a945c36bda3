"""The years behind the large centre obey every rule the program has. Asked of the rows alone:
nothing here comes from what invented them."""

from collections import Counter, defaultdict
from datetime import date, time, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from django.db import connection, transaction

from base import clock
from base.models import Task
from desk.demo import loading
from desk.demo.past import Past
from notifications.models import Reminder
from notifications.services import plan_reminders
from people.models import Case, Centre, ContactCard, Person, Role
from rooms.models import Member, Occupancy, Stay
from scheduling.hours import public_holidays
from scheduling.models import Allocation, Booking, Change, Closure, Participation
from scheduling.selectors import people_in
from scheduling.verifying import discrepancies
from tests.desk.test_demo import assert_holdings_fit, assert_no_clash, content, run
from tests.support import clusters

WEDNESDAY = date(2027, 3, 17)
MIDNIGHT = clock.midnight(WEDNESDAY)
PAST = Past(years=3, people=700, specialists=30, hired=60, sheltered=230)
Status = Booking.Status
Outcome = Participation.Outcome


@pytest.fixture(scope="module")
def _years(django_db_setup, django_db_blocker):
    """In a database of their own: what is left of so many rows rolled back would slow the
    tests that come after."""
    cluster = clusters.default()
    name = cluster.copy()
    with (
        django_db_blocker.unblock(),
        clusters.using(name),
        clock.frozen(clock.instant(WEDNESDAY, time(11, 40))),
    ):
        with transaction.atomic():
            loading.invent(loading.Size(loading.SMALL, PAST))
        yield
    cluster.drop(name)


@pytest.fixture
def years(_years):
    """Three years of some hundred people; what a test changes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asked(statement, **facts):
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return cursor.fetchall()


def centre():
    return Centre.objects.get(slug="stara-zagora")


# --- How much --------------------------------------------------------------------------------


def test_as_many_people_are_known_as_were_asked_for(years):
    assert 0 <= Person.objects.filter(centre=centre()).count() - PAST.people <= 5


def test_as_many_specialists_work_today(years):
    roles = Role.objects.filter(centre=centre(), name=Role.Name.PSYCHOLOGIST)
    today = roles.filter(from_on__lte=WEDNESDAY).exclude(until_on__lt=WEDNESDAY)
    assert today.values("user").distinct().count() == PAST.specialists


def test_colleagues_came_and_went(years):
    ever = Role.objects.filter(centre=centre()).values("user").distinct().count()
    assert ever >= PAST.hired
    assert Role.objects.filter(centre=centre(), until_on__lt=WEDNESDAY).exists()


def test_about_as_many_were_sheltered(years):
    slept = Member.objects.filter(joined_on__isnull=False).values("person").distinct().count()
    assert abs(slept - PAST.sheltered) <= 0.15 * PAST.sheltered


def test_something_is_agreed_for_most_of_the_next_working_days(years):
    ahead = Booking.objects.filter(status=Status.CONFIRMED, starts_at__gte=MIDNIGHT)
    days = {clock.local(booking.starts_at).date() for booking in ahead.filter(centre=centre())}
    free = public_holidays(WEDNESDAY, WEDNESDAY + timedelta(days=14))
    wanted = {WEDNESDAY + timedelta(days=n) for n in range(14)}
    working = {day for day in wanted if day.weekday() < 5 and day not in free}
    assert len(working & days) > len(working) / 2


# --- Hours (D1-D4) ----------------------------------------------------------------------------


def test_nothing_is_held_twice_and_all_rows_agree(years):
    assert_no_clash()
    assert discrepancies() == []


def test_every_booking_holds_what_it_needs_with_its_margins(years):
    assert_holdings_fit()


def test_nobody_works_on_a_closed_day(years):
    closed = set(public_holidays(date(2023, 1, 1), date(2028, 1, 1)))
    closed |= set(Closure.objects.filter(centre=centre()).values_list("on", flat=True))
    bookings = Booking.objects.filter(centre=centre(), kind=Booking.Kind.CONSULTATION)
    worked = {clock.local(at).date() for at in bookings.values_list("starts_at", flat=True)}
    assert not worked & closed


OUTSIDE = """
    WITH hour AS (
        SELECT booking.id, booking.centre_id, booking.modality, held.resource_id,
               booking.starts_at AT TIME ZONE 'Europe/Sofia' AS begins,
               booking.ends_at AT TIME ZONE 'Europe/Sofia' AS ends
          FROM scheduling_booking booking
          JOIN scheduling_allocation held ON held.booking_id = booking.id
         WHERE booking.kind = 'consultation' AND held.part IN ('lead', 'colleague')
    )
    SELECT hour.id FROM hour
     WHERE NOT EXISTS (
           SELECT FROM scheduling_availability works
            WHERE works.resource_id = hour.resource_id AND works.centre_id = hour.centre_id
              AND works.weekday = extract(isodow FROM begins) - 1
              AND works.starts <= begins::time AND ends::time <= works.ends
              AND coalesce(works.valid_from, '-infinity') <= begins::date
              AND coalesce(works.valid_until, 'infinity') >= begins::date)
       AND NOT EXISTS (
           SELECT FROM scheduling_availabilityexception more
            WHERE more.resource_id = hour.resource_id AND more.available
              AND more."on" = begins::date)
        OR modality = 'on_site' AND NOT EXISTS (
           SELECT FROM people_openinghours doors
            WHERE doors.centre_id = hour.centre_id
              AND doors.weekday = extract(isodow FROM begins) - 1
              AND doors.opens <= begins::time AND ends::time <= doors.closes)
"""


def test_hours_lie_within_working_time_and_open_doors(years):
    assert asked(OUTSIDE) == []


UNSKILLED = """
    SELECT booking.id FROM scheduling_booking booking
      JOIN scheduling_allocation held ON held.booking_id = booking.id
     WHERE booking.kind = 'consultation' AND held.part <> 'person' AND NOT EXISTS (
           SELECT FROM scheduling_resource_services suits
            WHERE suits.resource_id = held.resource_id AND suits.service_id = booking.service_id)
"""


def test_whoever_and_whatever_serves_suits_the_service(years):
    assert asked(UNSKILLED) == []


NO_ROLE = """
    SELECT booking.id, person.user_id FROM scheduling_booking booking
      JOIN scheduling_allocation held ON held.booking_id = booking.id
      JOIN scheduling_resource person ON person.id = held.resource_id
     WHERE held.part IN ('lead', 'colleague') AND NOT EXISTS (
           SELECT FROM people_role role
            WHERE role.user_id = person.user_id AND role.centre_id = booking.centre_id
              AND role.from_on <= booking.starts_at::date
              AND coalesce(role.until_on, 'infinity') >= booking.starts_at::date)
     UNION ALL
    SELECT booking.id, change.by_id FROM scheduling_booking booking
      JOIN scheduling_change change ON change.booking_id = booking.id
     WHERE change.what = 'booked' AND NOT EXISTS (
           SELECT FROM people_role role
            WHERE role.user_id = change.by_id AND role.centre_id = booking.centre_id
              AND role.from_on <= change.at::date
              AND coalesce(role.until_on, 'infinity') >= change.at::date)
"""


def test_only_who_had_a_role_then_gave_or_booked_an_hour(years):
    assert asked(NO_ROLE) == []


LONELY = """
    WITH visit AS (
        SELECT DISTINCT booking.id, booking.starts_at, person.household_id,
               (SELECT count(*) FROM scheduling_allocation held
                 WHERE held.booking_id = booking.id
                   AND held.part IN ('lead', 'colleague')) AS workers
          FROM scheduling_booking booking
          JOIN scheduling_participation seat ON seat.booking_id = booking.id
          JOIN people_person person ON person.id = seat.person_id
         WHERE booking.modality = 'field' AND booking.status IN ('confirmed', 'closed')
    )
    SELECT id FROM (
        SELECT *, row_number() OVER (PARTITION BY household_id ORDER BY starts_at) AS nth
          FROM visit) visits
     WHERE workers < 2 AND (nth = 1 OR EXISTS (
           SELECT FROM people_case work
            WHERE work.household_id = visits.household_id AND work.at_risk))
"""


def test_first_and_risky_visits_have_two_workers(years):
    """D3."""
    assert asked(LONELY) == []


WITHOUT_PAPERS = """
    WITH hour AS (
        SELECT DISTINCT booking.id, booking.service_id, person.household_id, service.access,
               (booking.starts_at AT TIME ZONE 'Europe/Sofia')::date AS on_day
          FROM scheduling_booking booking
          JOIN scheduling_service service ON service.id = booking.service_id
          JOIN scheduling_participation seat ON seat.booking_id = booking.id
          JOIN people_person person ON person.id = seat.person_id
         WHERE booking.without_papers = '' AND booking.status IN ('confirmed', 'closed')
    ), bare AS (
        SELECT * FROM hour WHERE NOT EXISTS (
            SELECT FROM people_case work
              JOIN people_entrybasis basis ON basis.case_id = work.id
              JOIN scheduling_service_entry_bases covers ON covers.entrybasis_id = basis.id
             WHERE work.household_id = hour.household_id AND covers.service_id = hour.service_id
               AND basis.valid_from <= on_day AND coalesce(basis.valid_until, 'infinity') >= on_day
               AND work.opened_on <= on_day AND coalesce(work.closed_on, 'infinity') > on_day)
    )
    SELECT id FROM bare
     WHERE access = 'specialised' OR on_day > interval '2 months' + (
           SELECT min(on_day) FROM hour first
            WHERE first.household_id = bare.household_id AND first.access = 'general')
"""


def test_papers_cover_every_hour_but_two_months_of_general_access(years):
    """D4."""
    assert asked(WITHOUT_PAPERS) == []


def test_what_general_access_held_is_marked(years):
    general = Allocation.objects.filter(
        part=Allocation.Part.PERSON, booking__service__access="general"
    )
    marked = Allocation.objects.filter(by_general_access=True)
    assert set(marked.values_list("pk")) == set(general.values_list("pk"))


# --- What came of them (D9, D10) -----------------------------------------------------------------


def test_everything_past_has_an_outcome_and_nothing_ahead_has(years):
    hours = Participation.objects.filter(booking__kind=Booking.Kind.CONSULTATION)
    past = hours.filter(booking__starts_at__lt=MIDNIGHT - timedelta(days=1))
    assert not past.filter(outcome="").exclude(booking__status=Status.EXPIRED).exists()
    ahead = hours.filter(booking__starts_at__gte=MIDNIGHT)
    assert not ahead.exclude(outcome="").exclude(booking__status=Status.CANCELLED).exists()


def test_children_are_not_brought_and_adults_do_not_attend(years):
    missed = Participation.objects.filter(outcome__in=[Outcome.NOT_BROUGHT, Outcome.DID_NOT_ATTEND])
    for seat in missed.select_related("person", "booking"):
        child = seat.person.is_child_on(clock.local(seat.booking.starts_at).date())
        assert (seat.outcome == Outcome.NOT_BROUGHT) == child


def test_who_was_not_brought_twice_is_somebody_s_task(years):
    """D10."""
    told = set(
        Task.objects.filter(kind=Task.Kind.TWICE_NOT_BROUGHT).values_list("about", flat=True)
    )
    sessions = defaultdict(list)
    held = Participation.objects.filter(booking__status__in=[Status.CLOSED, Status.CONFIRMED])
    for seat in held.select_related("person").order_by("booking__starts_at"):
        sessions[seat.person].append(seat.outcome)
    for person, outcomes in sessions.items():
        if (Outcome.NOT_BROUGHT, Outcome.NOT_BROUGHT) in pairwise(outcomes):
            cases = Case.objects.filter(household=person.household_id)
            assert {f"case:{case.public_id}" for case in cases} & told


def test_changes_tell_how_each_booking_came_to_be_as_it_is(years):
    hours = Booking.objects.filter(kind=Booking.Kind.CONSULTATION, hold_expires_at=None)
    for booking in hours.prefetch_related("changes"):
        told = list(booking.changes.all())
        what = Counter(change.what for change in told)
        assert told[0].what == Change.What.BOOKED
        assert what[Change.What.RESCHEDULED] == booking.schedule_version - 1
        assert what[Change.What.OUTCOME] == (booking.status == Status.CLOSED)
        assert what[Change.What.CANCELLED] == (booking.status == Status.CANCELLED)
        assert told[-1].version == booking.version
        assert booking.created_at == told[0].at < booking.starts_at
        assert [change.at for change in told] == sorted(change.at for change in told)


# --- Cases and people -----------------------------------------------------------------------------


def test_work_with_a_family_that_is_over_is_closed_with_its_task(years):
    closed = Case.objects.filter(closed_on__isnull=False)
    assert closed.filter(opened_on__lt=WEDNESDAY - timedelta(days=600)).exists()
    assert not closed.exclude(closed_on__lte=WEDNESDAY).exists()
    open_tasks = Task.objects.filter(kind=Task.Kind.ASSESSMENT_DUE, done_at=None)
    about = set(open_tasks.values_list("about", flat=True))
    assert not {f"case:{case.public_id}" for case in closed} & about


def test_leads_of_open_cases_still_work_here(years):
    for case in Case.objects.filter(centre=centre(), closed_on=None).select_related("lead"):
        roles = case.lead.roles.filter(centre=case.centre_id, from_on__lte=WEDNESDAY)
        assert roles.exclude(until_on__lt=WEDNESDAY).exists()


def test_children_have_a_carer_of_their_own_family(years):
    for child in Person.objects.filter(centre=centre(), birth_on__gt=date(2010, 1, 1)):
        families = {carer.adult.household_id for carer in child.carers.select_related("adult")}
        assert not families or child.household_id in families  # a grandmother may live elsewhere
    told = Booking.objects.filter(carer__isnull=False)
    for booking in told.select_related("carer"):
        assert booking.carer.wards.filter(child__participations__booking=booking).exists()


def test_everybody_s_telephone_is_another_and_many_consent(years):
    cards = ContactCard.objects.exclude(phone="")
    phones = [card.phone for card in cards]
    assert all(phonenumbers.is_valid_number(phone) for phone in phones)
    assert len({str(phone) for phone in phones}) == len(phones)
    first = Person.objects.filter(centre=centre(), wards__isnull=False).distinct().count()
    assert cards.filter(consent_on__isnull=False).count() > first / 3


def test_who_was_written_down_is_in_the_history(years):
    for model in (Person, Case, ContactCard):
        known = set(model.history.filter(history_type="+").values_list("id", flat=True))
        assert known >= set(model.objects.values_list("id", flat=True))
    for case in Case.objects.filter(closed_on__isnull=False):
        assert case.history.latest("history_id").closed_on == case.closed_on


# --- Reminders ------------------------------------------------------------------------------------


def test_reminders_ahead_are_those_the_services_plan(years):
    ahead = Booking.objects.filter(
        status=Status.CONFIRMED,
        starts_at__gte=MIDNIGHT,
        schedule_version=1,
        allocations__part=Allocation.Part.LEAD,
        allocations__resource__user__username__startswith="colleague-",
    )
    assert ahead.count() > 10
    for booking in ahead:
        were = told_of(booking)
        booking.reminders.all().delete()
        with clock.frozen(booking.changes.latest("version").at):
            plan_reminders([booking], people_in(booking))
        assert [one[:3] for one in told_of(booking)] == [one[:3] for one in were]


def told_of(booking):
    rows = booking.reminders.order_by("recipient", "kind")
    return list(rows.values_list("recipient", "kind", "due_at", "status"))


def test_nothing_due_before_today_waits_and_nothing_later_was_sent(years):
    planned = Reminder.objects.filter(status=Reminder.Status.PLANNED)
    assert planned.filter(due_at__gte=MIDNIGHT).exists()
    assert not planned.filter(due_at__lt=MIDNIGHT).exists()
    assert not Reminder.objects.filter(status=Reminder.Status.SENT, due_at__gte=MIDNIGHT).exists()


def test_only_a_safe_card_was_texted_once(years):
    sent = Reminder.objects.filter(status=Reminder.Status.SENT).prefetch_related("deliveries")
    for reminder in sent.select_related("recipient__contact_card", "booking"):
        card = reminder.recipient.contact_card
        assert card.silence_on(clock.local(reminder.due_at).date()) is None
        assert time(9) <= clock.local(reminder.due_at).time() <= time(20)
        assert reminder.due_at < reminder.booking.starts_at
        assert len(reminder.deliveries.all()) == 1


# --- Nights (D17-D24) -----------------------------------------------------------------------------


def test_a_unit_is_cleaned_before_the_next_family_comes(years):
    by_unit = defaultdict(list)
    for occupancy in Occupancy.objects.order_by("unit", "began_at"):
        by_unit[occupancy.unit_id].append(occupancy)
    assert len(by_unit) > 8
    for row in by_unit.values():
        assert all(one.ended_at < one.ready_at < other.began_at for one, other in pairwise(row))


TOO_LONG = """
    SELECT stay.id FROM rooms_stay stay
     WHERE to_on > from_on + interval '6 months' AND NOT EXISTS (
           SELECT FROM rooms_extension WHERE stay_id = stay.id)
"""


def test_no_stay_is_longer_than_six_months(years):
    assert asked(TOO_LONG) == []


def test_who_left_holds_nothing_more_and_was_discreet(years):
    left = Stay.objects.filter(status=Stay.Status.LEFT, to_on__lt=WEDNESDAY)
    left = left.select_related("household", "booking")
    assert left.count() > 60
    for stay in left.prefetch_related("members", "occupancies"):
        assert stay.household.is_discreet
        assert stay.booking.status == Status.CLOSED
        assert all(member.left_on == stay.to_on for member in stay.members.all())
        assert all(one.ready_at for one in stay.occupancies.all())


CROWDED = """
    SELECT stay.id FROM rooms_stay stay
      JOIN rooms_occupancy here ON here.stay_id = stay.id
      JOIN rooms_unit unit ON unit.resource_id = here.unit_id
     WHERE (SELECT count(*) FROM rooms_member WHERE stay_id = stay.id)
         > unit.beds + (SELECT coalesce(sum(count), 0) FROM rooms_cotmove
                         WHERE brought_to_id = unit.resource_id)
       AND stay.status = 'left'
"""


def test_there_was_a_bed_or_a_cot_for_everybody(years):
    assert asked(CROWDED) == []


ELSEWHERE = """
    SELECT one.person_id FROM rooms_member one JOIN rooms_member other
        ON other.person_id = one.person_id AND other.id > one.id
       AND daterange(one.joined_on, one.left_on) && daterange(other.joined_on, other.left_on)
     WHERE one.joined_on IS NOT NULL AND other.joined_on IS NOT NULL
"""


def test_nobody_sleeps_in_two_places(years):
    assert asked(ELSEWHERE) == []


# --- Loading ------------------------------------------------------------------------------------


def test_the_planner_knows_the_new_rows(years):
    ((known,),) = asked("SELECT reltuples FROM pg_class WHERE relname = 'scheduling_booking'")
    assert known == Booking.objects.count()


@pytest.mark.full
def test_another_load_invents_the_same_years(years):
    before = content()
    loading.wipe()
    loading.invent(loading.Size(loading.SMALL, PAST))
    assert content() == before


@pytest.mark.full
def test_the_whole_size_has_the_scale_of_its_report(years):
    said = run("demo", "--size", "stara-zagora", "--reset")
    assert said.startswith("  0% ")
    people = Participation.objects.filter(
        booking__centre=centre(),
        booking__status=Status.CLOSED,
        booking__starts_at__lt=clock.midnight(date(2027, 3, 1)),
        booking__starts_at__gte=clock.midnight(date(2013, 3, 1)),
    )
    monthly = people.values("booking__starts_at__year", "booking__starts_at__month", "person")
    assert 135 <= monthly.distinct().count() / (14 * 12) <= 165
    assert 10_000 <= Person.objects.filter(centre=centre()).count() <= 10_005
    slept = Member.objects.filter(joined_on__isnull=False).values("person").distinct().count()
    assert 360 <= slept <= 440
    roles = Role.objects.filter(centre=centre())
    assert roles.values("user").distinct().count() > 300
    there = roles.filter(name=Role.Name.PSYCHOLOGIST).exclude(until_on__lt=WEDNESDAY)
    assert there.values("user").distinct().count() == 100
    assert discrepancies() == []
    assert_no_clash()
