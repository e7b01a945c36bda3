"""The invented centres: alive, true to their figures, the same each time, and never beside real
data."""

import re
from collections import Counter, defaultdict
from datetime import date, time, timedelta
from io import StringIO
from itertools import pairwise

import phonenumbers
import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from knox.crypto import hash_token
from knox.models import AuthToken

from base import clock
from base.models import Task
from desk.demo import loading, names, staff, work
from notifications.models import Reminder
from people.models import (
    Capacity,
    Case,
    Centre,
    ContactCard,
    Household,
    KinshipWall,
    NoContact,
    Person,
    Role,
    Silence,
    User,
)
from scheduling.models import Allocation, Booking, Modality, Participation
from workshops import clearances
from workshops.models import Enrolment, Group, Helper, Horse, Session
from workshops.selectors import places_of

WEDNESDAY = date(2027, 3, 17)
SUNDAY = date(2027, 3, 21)
SLUGS = ["stara-zagora", "kazanlak", "radnevo", "chirpan"]
Status = Booking.Status
Part = Allocation.Part


@pytest.fixture(scope="module")
def _small(django_db_setup, django_db_blocker):
    """One load for the whole module, undone at its end. Tests see it through `small`."""
    with (
        django_db_blocker.unblock(),
        clock.frozen(clock.instant(WEDNESDAY, time(11, 40))),
        transaction.atomic(),
    ):
        loading.load("small")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small(_small):
    """A small demo, loaded on a Wednesday before noon; what a test changes is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def rows():
    """How many rows each of our tables has."""
    models = [model for app in apps.get_app_configs() for model in app.get_models()]
    return {model._meta.label: model._default_manager.count() for model in models}


# --- Who is there ------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("role", Role.Name.values)
def test_each_role_logs_in_to_each_centre(small, rf, role, slug):
    username = f"{role}@{slug}.example"
    user = authenticate(rf.post("/"), username=username, password="pristan-demo")
    assert user is not None
    assert [(r.name, r.centre.slug) for r in user.roles.all()] == [(role, slug)]


def test_the_superuser_has_no_role(small):
    installer = User.objects.get(is_superuser=True)
    assert (installer.username, installer.roles.count()) == (staff.INSTALLER, 0)


def test_a_token_is_made_for_a_log_in(small):
    token = run("api_token", "psychologist@kazanlak.example").strip()
    owner = AuthToken.objects.get(digest=hash_token(token)).user
    assert owner.username == "psychologist@kazanlak.example"


def test_a_token_for_nobody_is_refused(small):
    with pytest.raises(CommandError, match=re.escape("nobody@kazanlak.example")):
        run("api_token", "nobody@kazanlak.example")


def test_twelve_work_in_kazanlak(small):
    assert Role.objects.filter(centre__slug="kazanlak").values("user").distinct().count() == 12


def test_kazanlak_has_sixty_places_since_a_date(small):
    newest = Capacity.objects.filter(centre__slug="kazanlak").order_by("-from_on")[0]
    assert newest.places == 60
    assert newest.from_on < WEDNESDAY


def test_no_family_shares_its_name_with_staff(small):
    colleagues = set(User.objects.values_list("last_name", flat=True))
    both = {ending(name) for name in names.SURNAMES for ending in (str, names.feminine)}
    assert not both & colleagues


def test_every_telephone_is_well_formed_and_one_person_s(small):
    phones = [card.phone for card in ContactCard.objects.exclude(phone="")]
    assert all(phonenumbers.is_valid_number(phone) for phone in phones)
    assert len(set(map(str, phones))) == len(phones)


def test_cards_are_in_every_state_of_safety(small):
    cards = ContactCard.objects.filter(person__centre__slug="stara-zagora")
    reasons = {card.silence_on(WEDNESDAY) for card in cards}
    assert reasons >= {
        None,
        Silence.NO_CONSENT,
        Silence.NOT_VERIFIED,
        Silence.NOT_SAFE,
        Silence.SAFETY_STALE,
        Silence.OPTED_OUT,
        Silence.SUSPENDED,
    }
    assert Person.objects.filter(centre__slug="stara-zagora", wards=None, contact_card=None)
    assert {card.script for card in cards} == set(ContactCard.Script.values)
    assert {card.wording for card in cards} == set(ContactCard.Wording.values)


def test_a_pair_is_kept_apart_and_a_family_is_walled_off(small):
    pair = NoContact.objects.get()
    assert pair.one.centre_id == pair.other.centre_id
    assert KinshipWall.objects.get().user.username == "psychologist@stara-zagora.example"


def test_some_cases_are_overdue_and_some_at_risk(small):
    for slug in SLUGS[:2]:
        cases = Case.objects.filter(centre__slug=slug)
        assert any(case.is_overdue_on(WEDNESDAY) for case in cases)
        assert cases.filter(at_risk=True).exists()


# --- What is booked ----------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SLUGS)
def test_each_psychologist_has_a_day_before_and_after_noon(small, slug):
    starts = [booking.starts_at for booking in day_of(f"psychologist@{slug}.example", WEDNESDAY)]
    noon = clock.instant(WEDNESDAY, time(12))
    assert min(starts) < noon < max(starts)


def test_the_psychologist_has_something_to_close(small):
    mine = bookings_of("psychologist@stara-zagora.example")
    assert mine.filter(status=Status.CONFIRMED, ends_at__lt=clock.now()).count() >= 2


def test_the_demo_has_every_outcome_and_status(small):
    assert set(Participation.objects.values_list("outcome", flat=True)) == {
        "",
        *Participation.Outcome.values,
    }
    assert set(Booking.objects.values_list("status", flat=True)) == set(Status.values)


NOT_IN_THE_DEMO = {
    *(Task.Kind.SMS_UNKNOWN, Task.Kind.SMS_SENDER, Task.Kind.SMS_SUSPENDED, Task.Kind.SMS_REPLY),
    *(Task.Kind.KEPT_APART, Task.Kind.ANOTHER_COLLEAGUE, Task.Kind.SAFETY_DUE),
    *(Task.Kind.CALL_ASKED, Task.Kind.CANNOT_COME),
    *(Task.Kind.BOARD_BROKEN, Task.Kind.BOARD_UNBOOKED),
}
"""The operator never fails in it, nobody answers a text, safety was asked about lately, people are
kept apart before their first hour, and nobody has looked at the boards of riding yet."""


def test_the_demo_gives_staff_every_kind_of_task(small):
    kinds = set(Task.objects.filter(done_at=None).values_list("kind", flat=True))
    assert kinds == set(Task.Kind.values) - NOT_IN_THE_DEMO


def test_a_hold_waits_for_its_yes(small):
    live = Booking.objects.filter(status=Status.HELD, hold_expires_at__gt=clock.now())
    assert live.filter(centre__slug="stara-zagora").exists()


def test_nothing_is_left_for_the_worker_of_yesterday(small):
    today = clock.midnight(WEDNESDAY)
    late = Reminder.objects.filter(status=Reminder.Status.PLANNED, due_at__lt=today)
    assert not late.exists()


def test_nobody_without_a_safe_card_was_ever_texted(small):
    for reminder in Reminder.objects.filter(status=Reminder.Status.SENT):
        card = reminder.recipient.contact_card
        assert card.silence_on(clock.local(reminder.due_at).date()) is None


@pytest.mark.parametrize("slug", SLUGS[:2])
def test_groups_meet_with_one_session_cancelled_and_made_up_for(small, slug):
    sessions = Session.objects.filter(group__workshop__centre__slug=slug)
    assert sessions.filter(booking__status=Status.CLOSED).exists()
    assert sessions.filter(booking__status=Status.CONFIRMED).exists()
    made_up = sessions.get(makes_up_for__isnull=False)
    assert made_up.makes_up_for.booking.status == Status.CANCELLED


def test_one_group_is_full_with_a_place_offered_and_somebody_waiting(small):
    (offer,) = Enrolment.objects.filter(status=Enrolment.Status.OFFERED)
    assert clock.now() < offer.offer_expires_at
    places = places_of([offer.group])[offer.group_id]
    assert (places.taken, places.free, places.waiting) == (offer.group.capacity, 0, 1)


def test_hippotherapy_has_horses_helpers_and_children_in_every_state(small):
    group = Group.objects.get(workshop__service__code="hippotherapy")
    children = [one.person for one in group.enrolments.filter(status=Enrolment.Status.ENROLLED)]
    lacks = [lack for one in children for lack in clearances.fitness_of(one).lacks]
    first = group.sessions.first().booking
    starts, ends = clock.local(first.starts_at), clock.local(first.ends_at)

    assert (starts.weekday(), starts.time(), ends.time()) == (2, time(14), time(17))
    assert (Horse.objects.count(), Helper.objects.count(), len(children)) == (5, 5, 5)
    assert [one.is_volunteer for one in Helper.objects.all()].count(True) == 3
    assert sorted(lacks) == sorted(set(clearances.Lack) - {clearances.Lack.OLD_WEIGHT})
    assert set(Horse.objects.values_list("resource__centre__slug", flat=True)) == {"stara-zagora"}


def test_no_resource_is_held_twice(small):
    assert_no_clash()


def test_every_booking_holds_what_it_needs(small):
    assert_holdings_fit()


# --- Loading -----------------------------------------------------------------------------------


def test_another_load_on_the_same_day_invents_the_same(small):
    before = content()
    with clock.frozen(clock.instant(WEDNESDAY, time(17, 5))):
        run("demo", "--size", "small", "--reset")
        assert content() == before


def test_reset_leaves_nothing_of_the_demo_before(small):
    left_over = Household.objects.create(centre=Centre.objects.first(), name="Стари")
    AuthToken.objects.create(user=User.objects.first())
    loading.wipe()
    assert not Household.objects.filter(pk=left_over.pk).exists()
    counts = rows()
    assert {counts[label] for label in (*OURS, "knox.AuthToken", "sessions.Session")} == {0}
    assert counts["contenttypes.ContentType"] > 0


OURS = (
    "people.Centre",
    "people.User",
    "people.HistoricalPerson",
    "scheduling.Booking",
    "notifications.Reminder",
    "base.Task",
)


def test_a_second_load_needs_a_word_of_consent(small):
    before = rows()
    with pytest.raises(CommandError, match=r"--reset.*--once"):
        run("demo")
    assert rows() == before


def test_once_leaves_a_demo_as_it_is_and_says_how_to_log_in(small):
    before = rows()
    said = run("demo", "--once")
    assert "ROLE@CENTRE.example" in said
    assert "pristan-demo" in said
    assert rows() == before


@pytest.mark.parametrize("options", [(), ("--reset",), ("--reset", "--once")])
def test_real_data_is_refused_and_kept(small, options):
    make_real()
    before = rows()
    with pytest.raises(CommandError, match="real centre"):
        run("demo", *options)
    assert rows() == before


def test_once_beside_real_data_does_and_says_nothing(small):
    make_real()
    before = rows()
    assert run("demo", "--once") == ""
    assert rows() == before


def make_real():
    Centre.objects.create(
        slug="real", name="Real", municipality="Real", phone="+35942000009", is_demo=False
    )


# --- Other days and the larger size ------------------------------------------------------------


@pytest.mark.full
def test_a_sunday_has_its_duty(small):
    with clock.frozen(clock.instant(SUNDAY, time(9))):
        loading.load("small", reset=True)
        assert len(day_of("psychologist@stara-zagora.example", SUNDAY)) >= 5
        assert_no_clash()


@pytest.mark.full
@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2027, 1, 2), date(2027, 5, 4)])
def test_holidays_do_not_stop_a_load(small, day):
    with clock.frozen(clock.instant(day, time(9))):
        loading.load("small", reset=True)
        assert_holdings_fit()


@pytest.mark.full
def test_a_session_to_which_nobody_could_come_does_not_stop_a_load(small):
    """On that Thursday the only mother who still came to the group was somewhere else."""
    with clock.frozen(clock.instant(date(2026, 11, 27), time(10))):
        run("demo", "--size", "small", "--reset")
        assert Session.objects.exists()


@pytest.mark.full
def test_kazanlak_has_the_scale_of_its_report(small):
    loading.load("kazanlak", reset=True)
    begins, ends = clock.midnight(work.window_begins()), clock.midnight(WEDNESDAY)
    attended = Participation.objects.filter(
        booking__centre__slug="kazanlak",
        booking__starts_at__range=(begins, ends - timedelta(seconds=1)),
        outcome=Participation.Outcome.ATTENDED,
    ).exclude(booking__kind=Booking.Kind.PLACE)
    cases = Case.objects.filter(centre__slug="kazanlak")
    visited = cases.filter(
        household__members__participations__in=attended.filter(booking__modality=Modality.FIELD)
    ).distinct()
    assert attended.values("booking").distinct().count() == 255
    assert attended.values("person__household").distinct().count() == 55
    assert Household.objects.filter(centre__slug="kazanlak").count() == 55
    assert Role.objects.filter(centre__slug="kazanlak").count() == 12
    assert visited.count() > cases.count() / 2
    assert_no_clash()
    assert_holdings_fit()


# --- What is asked of every demo ---------------------------------------------------------------


def bookings_of(username):
    return Booking.objects.filter(allocations__resource__user__username=username)


def day_of(username, day):
    begins, ends = clock.day_bounds(day)
    mine = bookings_of(username).filter(starts_at__gte=begins, starts_at__lt=ends)
    return list(mine.exclude(status=Status.CANCELLED))


def assert_no_clash():
    lanes = defaultdict(list)
    for held in Allocation.objects.filter(active=True):
        lanes[held.resource_id, held.lane].append((held.period.lower, held.period.upper))
    for spans in lanes.values():
        spans.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def assert_holdings_fit():
    bookings = Booking.objects.select_related("service").prefetch_related(
        "allocations__resource", "participations"
    )
    assert bookings
    for booking in bookings:
        active = [held for held in booking.allocations.all() if held.active]
        if booking.status in {Status.CANCELLED, Status.EXPIRED}:
            assert not active
        elif booking.kind == Booking.Kind.BLOCK:
            assert_blocked(booking, active)
        elif booking.kind == Booking.Kind.CONSULTATION:
            assert_consultation(booking, active)


def assert_blocked(booking, active):
    assert {held.part for held in active} == {Part.BLOCKED}
    assert min(held.period.lower for held in active) == booking.starts_at
    assert max(held.period.upper for held in active) == booking.ends_at


def assert_consultation(booking, active):
    service, in_field = booking.service, booking.modality == Modality.FIELD
    parts = Counter(held.part for held in active)
    people = {participation.person_id for participation in booking.participations.all()}
    assert {held.resource.person_id for held in active if held.part == Part.PERSON} == people
    assert parts[Part.LEAD] == 1
    assert parts[Part.COLLEAGUE] >= service.specialists - 1
    assert parts[Part.ROOM] == (booking.modality == Modality.ON_SITE)
    assert parts[Part.VEHICLE] == (in_field and service.needs_vehicle)
    travel = service.travel if in_field else timedelta()
    margins = defaultdict(
        lambda: (timedelta(), timedelta()),
        {
            Part.LEAD: (travel, travel + service.buffer_after),
            Part.COLLEAGUE: (travel, travel + service.buffer_after),
            Part.VEHICLE: (travel, travel),
        },
    )
    for held in active:
        before, after = margins[Part(held.part)]
        assert (held.period.lower, held.period.upper) == (
            booking.starts_at - before,
            booking.ends_at + after,
        )


def content():
    """Everything a person could read, without ids; of the hold of this minute only its hour."""
    return {
        "people": sorted(map(told_of_person, Person.objects.select_related("household"))),
        "bookings": sorted(told_of_booking(booking) for booking in all_bookings()),
        "tasks": sorted(
            Task.objects.values_list("centre__slug", "kind", "due_on", "created_at").order_by()
        ),
        "cases": sorted(
            Case.objects.values_list("centre__slug", "number", "opened_on", "lead__username")
        ),
    }


def told_of_person(person):
    card = ContactCard.objects.filter(person=person).values(
        "phone", "consent_on", "verified_at", "safe_to_text", "safety_asked_on", "wording", "script"
    )
    return (person.household.name, person.full_name, str(person.birth_on), str(card.first()))


def all_bookings():
    return Booking.objects.select_related("service", "centre", "created_by").prefetch_related(
        "allocations__resource__person", "participations__person", "changes"
    )


def name_of(resource):
    person = resource.person or resource.resident
    return person.full_name if person else resource.name


def told_of_booking(booking):
    live = booking.status == Status.HELD
    held = sorted(
        (a.part, name_of(a.resource), str(a.period), a.active) for a in booking.allocations.all()
    )
    outcomes = sorted((p.person.full_name, p.outcome) for p in booking.participations.all())
    changes = [(change.what, "" if live else str(change.at)) for change in booking.changes.all()]
    return (
        booking.centre.slug,
        str(booking.starts_at),
        booking.service.code if booking.service else "",
        booking.modality,
        booking.status,
        booking.created_by.username,
        str(held),
        str(outcomes),
        str(changes),
    )
