"""Volunteers and colleagues who help: skills, when, how long, and that they see no family."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from base.errors import StaleVersion
from people.models import Person, Role, User
from scheduling import setup
from scheduling.intervals import seconds
from scheduling.models import Allocation, Booking, Participation, Resource
from tests.desk.test_pages import browser
from tests.desk.test_stay_pages import plain
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem
from tests.workshops import building as made
from tests.workshops.test_stable import held
from workshops import help_hours, helping
from workshops.help_hours import hours_of
from workshops.helping import OnDate, Weekly
from workshops.models import Help, Helper
from workshops.riding_errors import (
    AlreadyHelps,
    HelpAhead,
    HelpImpossible,
    HoursOfColleague,
    StillHeld,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Part = Allocation.Part
JANUARY, DECEMBER = date(2027, 1, 1), date(2027, 12, 31)


class Crew:
    def __init__(self) -> None:
        self.centre = building.centre()
        self.by = building.user(self.centre, Role.Name.COORDINATOR)
        self.leader = building.user(self.centre, Role.Name.LEADER)
        self.service = made.workshop(self.centre).service
        self.volunteer = helping.add_volunteer(self.centre, "Ива", skills=["walks_beside"])

    @property
    def path(self) -> str:
        return f"/helpers/{self.volunteer.public_id}/"

    @property
    def api_path(self) -> str:
        return self.path[1:]

    def helped(self, starts_at: Any, minutes: int = 30, *, part: Part = Part.HANDLER) -> Booking:
        booking = held(self.by, starts_at, minutes, (part, self.volunteer.resource))
        booking.service = self.service
        booking.save()
        return booking

    def minutes(self, first: date = JANUARY, last: date = DECEMBER) -> int:
        return hours_of([self.volunteer], first, last)[self.volunteer.pk].minutes

    def note(self, **fields: Any) -> Help:
        usual = {"on": MONDAY, "minutes": 60, "what": "Боядисване", "by": self.by}
        return helping.note_help(self.volunteer, **{**usual, **fields})

    def press(self, act: str, user: User | None = None, **filled: Any) -> str:
        sent = {"act": act, "version": Helper.objects.get(pk=self.volunteer.pk).version, **filled}
        return plain(browser(user or self.by).post(self.path, sent, follow=True))


@pytest.fixture
def crew() -> Iterator[Crew]:
    with clock.frozen(at(MONDAY, 20)):
        yield Crew()


# --- Who helps ------------------------------------------------------------------------------------


def test_volunteer_is_a_resource_of_the_centre_and_no_user(crew: Crew):
    users = User.objects.count()
    one = helping.add_volunteer(crew.centre, "Петър", skills=["art", "art"])

    assert (one.resource.kind, one.resource.user) == (Resource.Kind.VOLUNTEER, None)
    assert (one.resource.centre, one.skills, one.is_volunteer) == (crew.centre, ["art"], True)
    assert User.objects.count() == users


def test_colleague_helps_once(crew: Crew):
    colleague = building.specialist(crew.centre)
    one = helping.add_colleague(colleague, crew.centre, skills=["leads_horses"])

    assert (one.name, one.is_volunteer) == (colleague.name, False)
    with pytest.raises(AlreadyHelps):
        helping.add_colleague(colleague, crew.centre, skills=["art"])


def test_change_is_of_the_version_that_was_read(crew: Crew):
    changed = helping.change_helper(crew.volunteer, version=1, name="Ивана", skills=["art"])

    assert (changed.name, changed.skills, changed.version) == ("Ивана", ["art"], 2)
    with pytest.raises(StaleVersion):
        helping.change_helper(crew.volunteer, version=1, name="Иво")


@pytest.mark.parametrize(("most", "allowed"), [(9, 0), (10, 1), (720, 1), (721, 0), (None, 1)])
def test_somebody_walks_for_a_while(crew: Crew, most: int | None, allowed: int):
    if allowed:
        helping.change_helper(crew.volunteer, most_minutes_on_end=most).full_clean()
        return
    with pytest.raises(HelpImpossible):
        helping.change_helper(crew.volunteer, most_minutes_on_end=most)


def test_what_is_not_said_stays(crew: Crew):
    helping.change_helper(crew.volunteer, most_minutes_on_end=60, phone="+359888123456")
    changed = helping.change_helper(crew.volunteer, name="Ивана")

    assert (changed.most_minutes_on_end, str(changed.phone)) == (60, "+359888123456")


def test_volunteer_with_rides_ahead_is_not_let_go(crew: Crew):
    crew.helped(at(MONDAY + DAY, 14))
    with pytest.raises(StillHeld):
        helping.change_helper(crew.volunteer, helps=False)

    with clock.frozen(at(MONDAY + DAY, 15)):
        helping.change_helper(crew.volunteer, helps=False)

    assert list(help_hours.who_help(Helper.objects.all())) == []
    assert not Resource.objects.get(pk=crew.volunteer.resource_id).is_active


def test_colleague_who_helps_no_more_goes_on_working(crew: Crew):
    colleague = building.specialist(crew.centre)
    one = helping.add_colleague(colleague, crew.centre, skills=["leads_horses"])

    helping.change_helper(one, helps=False)

    one.refresh_from_db()
    assert (one.skills, Resource.objects.get(pk=colleague.pk).is_active) == ([], True)
    assert list(help_hours.who_help(Helper.objects.all())) == [crew.volunteer]


# --- When she can come ----------------------------------------------------------------------------


def working(crew: Crew) -> list[tuple[int, int]]:
    house = setup.now_of(crew.centre.pk)
    hours = house.hours([crew.volunteer.resource_id], MONDAY, MONDAY + 13 * DAY)
    return hours.working(crew.volunteer.resource_id, on_site=False)


def span(day: int, starts: int, ends: int) -> tuple[int, int]:
    on = MONDAY + day * DAY
    return seconds(at(on, starts)), seconds(at(on, ends))


def test_volunteer_comes_every_week_between_dates_and_on_single_ones(crew: Crew):
    helping.set_availability(
        crew.volunteer,
        weekly=[Weekly(2, time(14), time(17), valid_from=MONDAY + 3 * DAY)],
        dates=[
            OnDate(MONDAY + 4 * DAY, True, time(9), time(10)),
            OnDate(MONDAY + 9 * DAY, False, time(16), time(17)),
        ],
    )

    assert working(crew) == [span(4, 9, 10), span(9, 14, 16)]


def test_what_is_set_replaces_what_was(crew: Crew):
    helping.set_availability(crew.volunteer, weekly=[Weekly(0, time(9), time(12))], dates=[])
    helping.set_availability(crew.volunteer, weekly=[], dates=[], version=2)

    assert working(crew) == []
    with pytest.raises(StaleVersion):
        helping.set_availability(crew.volunteer, weekly=[], dates=[], version=2)


def test_hours_of_a_colleague_are_not_set_here(crew: Crew):
    one = helping.add_colleague(building.specialist(crew.centre), crew.centre, skills=["art"])
    with pytest.raises(HoursOfColleague):
        helping.set_availability(one, weekly=[], dates=[])


# --- How long -------------------------------------------------------------------------------------


def test_hours_are_of_what_is_over_and_took_place(crew: Crew):
    crew.helped(at(MONDAY, 14))
    crew.helped(at(MONDAY, 14, 30), part=Part.WALKER)
    crew.helped(at(MONDAY, 19, 45))  # goes on
    crew.helped(at(MONDAY + DAY, 14))
    Allocation.objects.filter(booking=crew.helped(at(MONDAY, 9))).update(active=False)
    Booking.objects.filter(pk=crew.helped(at(MONDAY, 10)).pk).update(status="cancelled")

    assert crew.minutes() == 60


@pytest.mark.parametrize(
    ("outcome", "minutes"), [("", 30), ("attended", 30), ("not_brought", 0), ("cancelled_late", 0)]
)
def test_where_the_child_did_not_come_nobody_rode(crew: Crew, outcome: str, minutes: int):
    Participation.objects.create(
        booking=crew.helped(at(MONDAY, 14)), person=made.child(crew.centre), outcome=outcome
    )

    assert crew.minutes() == minutes


def test_consultations_of_a_colleague_are_work_and_no_help(crew: Crew):
    crew.helped(at(MONDAY, 14), part=Part.LEAD)

    assert crew.minutes() == 0


def test_notes_count_on_their_day(crew: Crew):
    crew.note()
    crew.note(on=date(2027, 1, 9), minutes=45)
    crew.helped(at(MONDAY, 14))

    hours = hours_of([crew.volunteer], JANUARY, DECEMBER)[crew.volunteer.pk]

    assert (hours.minutes, hours.booked, hours.noted) == (135, 30, 105)
    assert [line.on for line in hours.lines] == [date(2027, 1, 9), MONDAY, MONDAY]


@pytest.mark.parametrize(
    ("first", "last", "minutes"),
    [
        (MONDAY, MONDAY, 60),
        (MONDAY - DAY, MONDAY - DAY, 0),
        (MONDAY + DAY, MONDAY + DAY, 0),
        (MONDAY - DAY, MONDAY + DAY, 60),
    ],
)
def test_both_days_are_included(crew: Crew, first: date, last: date, minutes: int):
    crew.helped(at(MONDAY, 0))
    crew.note(minutes=30)

    assert crew.minutes(first, last) == minutes


def test_months_are_summed_the_latest_first(crew: Crew):
    crew.note()
    crew.note(minutes=15)
    crew.note(on=date(2027, 2, 28), minutes=20)

    hours = hours_of([crew.volunteer], JANUARY, DECEMBER)[crew.volunteer.pk]

    assert hours.by_month == [(date(2027, 3, 1), 75), (date(2027, 2, 1), 20)]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"on": MONDAY + DAY}, HelpAhead),
        ({"minutes": 0}, HelpImpossible),
        ({"minutes": 721}, HelpImpossible),
    ],
)
def test_note_that_cannot_be_is_refused(crew: Crew, fields, error):
    with pytest.raises(error):
        crew.note(**fields)


@pytest.mark.parametrize("number", [1, 30])
def test_hours_of_many_are_two_queries(crew: Crew, number: int):
    helpers = [helping.add_volunteer(crew.centre, f"Д {n}") for n in range(number)]
    for one in helpers:
        held(crew.by, at(MONDAY, 14), 30, (Part.HANDLER, one.resource))
        Booking.objects.update(service=crew.service)
    with CaptureQueriesContext(connection) as captured:
        found = hours_of(helpers, JANUARY, DECEMBER)

    assert len(captured) == 2
    assert {found[one.pk].minutes for one in helpers} == {30}


@pytest.mark.parametrize("number", [1, 30])
def test_pages_of_many_cost_as_much(crew: Crew, number: int):
    for n in range(number):
        helping.add_volunteer(crew.centre, f"Д {n}")
    client = browser(crew.by)
    client.get("/helpers/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/helpers/")
    assert len(captured) <= 14


# --- Over HTTP ------------------------------------------------------------------------------------


def test_volunteer_is_added_set_and_counted(crew: Crew):
    api = Api(crew.by)

    one = api.post("helpers/", {"name": "Петър", "skills": ["art"], "phone": "0888123456"}).json()
    path = f"helpers/{one['id']}/"
    times = {
        "weekly": [{"weekday": 2, "starts_local": "14:00", "ends_local": "17:00"}],
        "dates": [{"on": "2027-03-05", "available": False}],
    }
    shown = api.put(f"{path}availability/", times).json()
    note = Api(crew.leader).post(
        f"{path}help/", {"on": MONDAY.isoformat(), "minutes": 90, "what": "Боядисване"}
    )
    hours = api.get(f"{path}hours/", {"from": "2027-01-01", "to": "2027-12-31"}).json()

    assert (one["is_volunteer"], one["phone"]) == (True, "+359888123456")
    assert [(w["weekday"], w["starts_local"]) for w in shown["weekly"]] == [(2, "14:00")]
    assert [one["on"] for one in shown["dates"]] == ["2027-03-05"]
    assert (hours["minutes"], hours["noted"]) == (90, 90)
    assert api.delete(f"help/{note.json()['id']}/").status_code == 204
    assert not Help.objects.exists()


@pytest.mark.parametrize(
    "times",
    [
        {"weekly": [{"weekday": 7, "starts_local": "14:00", "ends_local": "17:00"}]},
        {"weekly": [{"weekday": 1, "starts_local": "17:00", "ends_local": "14:00"}]},
        {"weekly": [], "dates": [{"on": "2027-03-05", "available": True}]},
        {
            "weekly": [],
            "dates": [{"on": "2027-03-05", "available": True, "starts_local": "14:00"}],
        },
        {"weekly": [], "dates": [{"on": "2027-03-05"}]},
    ],
)
def test_times_that_mean_nothing_are_refused(crew: Crew, times):
    answer = Api(crew.by).put(f"{crew.api_path}availability/", times)

    assert problem(answer)[0] == 400


def test_colleague_of_another_centre_is_not_found(crew: Crew):
    other = building.specialist(building.centre())

    answer = Api(crew.by).post("helpers/", {"specialist": other.public_id, "skills": ["art"]})

    assert problem(answer) == (404, "not_found")


def test_colleague_is_added_over_http(crew: Crew):
    one = building.specialist(crew.centre)

    answer = Api(crew.by).post("helpers/", {"specialist": one.public_id, "skills": ["art"]})

    assert (answer.json()["name"], answer.json()["is_volunteer"]) == (one.name, False)


def test_somebody_is_named_or_chosen(crew: Crew):
    one = building.specialist(crew.centre)

    for body in ({}, {"name": "А", "specialist": one.public_id}):
        assert problem(Api(crew.by).post("helpers/", body))[0] == 400


@pytest.mark.parametrize("asked", [("2027-02-01", "2027-01-01"), ("2020-01-01", "2027-01-01")])
def test_hours_are_of_two_years_at_most(crew: Crew, asked):
    first, last = asked

    answer = Api(crew.by).get(f"{crew.api_path}hours/", {"from": first, "to": last})

    assert problem(answer)[0] == 400


# --- Pages ----------------------------------------------------------------------------------------


def test_list_tells_skills_and_hours(crew: Crew):
    crew.note(minutes=125)

    page = plain(browser(crew.leader).get("/helpers/"))

    assert "Ива" in page
    assert "walks beside a rider" in page
    assert "2:05 this month, 2:05 this year" in page
    assert "Volunteers have no log-in" in page
    assert "New volunteer" not in page


def test_volunteer_is_added_once_on_the_page(crew: Crew):
    sent = {"act": "volunteer", "once": "1", "name": "Петър", "skills": ["art"]}
    for _ in range(2):
        page = plain(browser(crew.by).post("/helpers/", sent, follow=True))

    assert Helper.objects.filter(resource__name="Петър").count() == 1
    assert "Nobody has said when." in page


def test_colleague_is_added_on_the_page(crew: Crew):
    one = building.specialist(crew.centre)
    sent = {"act": "colleague", "colleague": one.public_id, "skills": ["leads_horses"]}

    page = plain(browser(crew.by).post("/helpers/", sent, follow=True))

    assert one.name in page
    assert "A colleague helps within her working hours." in page


def test_times_are_kept_and_removed(crew: Crew):
    window = {"weekday": 2, "starts": "14", "ends": "17", "valid_from": "01.03.2027"}
    page = crew.press("window", **window)
    page = crew.press("date", on="05.03.2027", available="no")
    gone = crew.press("no-window", place=0)
    gone = crew.press("no-date", place=0)

    assert "Wednesday, 14:00–17:00" in page
    assert "cannot come" in page
    assert "Nobody has said when." in gone


def test_date_with_time_asks_for_the_hours(crew: Crew):
    assert "Say from when to when." in crew.press("date", on="05.03.2027", available="yes")


def test_leader_notes_help_and_changes_nothing_else(crew: Crew):
    page = crew.press("help", crew.leader, on="01.03.2027", minutes=90, what="Боядисване")
    answer = browser(crew.leader).post(crew.path, {"act": "let-go", "version": 1})

    assert "1:30: Боядисване" in page
    assert "Helps no more" not in page
    assert answer.status_code == 403


def test_note_is_removed_where_it_stands(crew: Crew):
    note = crew.note()
    other = helping.add_volunteer(crew.centre, "Петър")
    elsewhere = f"/helpers/{other.public_id}/"

    answer = browser(crew.by).post(elsewhere, {"act": "unhelp", "note": note.public_id})
    assert answer.status_code == 404
    crew.press("unhelp", note=note.public_id)

    assert not Help.objects.exists()


def test_helper_is_changed_let_go_and_welcome_again(crew: Crew):
    crew.press("change", name="Ивана", skills=["art"], phone="0888 123 456")
    gone = crew.press("let-go")
    again = crew.press("again")

    one = Helper.objects.get(pk=crew.volunteer.pk)
    assert (one.name, one.skills, str(one.phone)) == ("Ивана", ["art"], "+359888123456")
    assert "helps no more" in gone
    assert "helps no more" not in again


def test_sheet_is_of_the_days_asked_for(crew: Crew):
    crew.note()
    crew.helped(at(MONDAY, 14))
    client = browser(crew.leader)

    page = plain(client.get(f"{crew.path}sheet/", {"from": "01.03.2027", "to": "31.03.2027"}))
    empty = plain(client.get(f"{crew.path}sheet/", {"from": "01.01.2027", "to": "31.01.2027"}))
    odd = client.get(f"{crew.path}sheet/", {"from": "?", "to": "?"})

    assert "Helped 1:30 in all." in page
    assert crew.service.name in page
    assert "No hours in this time." in empty
    assert odd.status_code == 200


def test_menu_leads_to_the_helpers(crew: Crew):
    assert 'href="/helpers/"' in browser(crew.by).get("/").content.decode()


# --- No family ------------------------------------------------------------------------------------


def test_nothing_about_a_volunteer_names_whom_she_helped(crew: Crew):
    """Her pages, what programs are told, and the sheet."""
    child = made.child(crew.centre)
    names = ("Канарчето", "Канарова")
    Person.objects.filter(household=child.household).update(
        given_name=names[0], family_name=names[1]
    )
    booking = crew.helped(at(MONDAY, 14))
    Participation.objects.create(booking=booking, person=child)
    booking.carer = child.carers.get().adult
    booking.save()
    crew.helped(at(MONDAY + DAY, 14))
    crew.note()
    client, api = browser(crew.by), Api(crew.by)

    told = [
        client.get("/helpers/"),
        client.get(crew.path),
        client.get(f"{crew.path}sheet/"),
        api.get("helpers/"),
        api.get(crew.api_path),
        api.get(f"{crew.api_path}hours/", {"from": "2027-01-01", "to": "2027-12-31"}),
    ]

    text = " ".join(answer.content.decode() for answer in told)
    words = [*names, str(child.public_id), str(booking.public_id), str(booking.carer.public_id)]
    assert {answer.status_code for answer in told} == {200}
    assert "0:30" in told[2].content.decode() or "1:30" in told[2].content.decode()
    assert [word for word in words if word in text] == []


def test_volunteer_has_no_log_in_to_anything(crew: Crew):
    """There is no user behind her, and none can be given."""
    resource = crew.volunteer.resource
    assert resource.user is None
    with pytest.raises(Exception, match="resource_has_its_owner"):
        Resource.objects.filter(pk=resource.pk).update(user=building.user(crew.centre))


def test_help_that_is_sent_twice_counts_once(crew: Crew):
    sent = {"on": f"{MONDAY:%d.%m.%Y}", "minutes": 30, "what": "Боядисване", "once": "one"}
    for _ in range(2):
        crew.press("help", **sent)

    assert crew.minutes() == 30
