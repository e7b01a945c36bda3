"""The pages as a browser without scripts gets them: what they show, to whom, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern

from base import clock
from base.models import Task
from base.services import open_task
from desk import urls
from desk.fields import iso
from desk.web.group_acts import ACTS as GROUP_ACTS
from desk.web.helpers import ACTS as HELPER_ACTS
from desk.web.horses import ACTS as HORSE_ACTS
from desk.web.hours import ACTS as HOURS_ACTS
from desk.web.series import ACTS as SERIES_ACTS
from desk.web.stay_acts import ACTS as STAY_ACTS
from desk.web.vacations import ACTS as SCHOOL_ACTS
from people.models import AccessRecord, Case, ContactCard, Person, Role, User
from scheduling import services
from scheduling.models import Booking, BusyTime, Feed, Modality, Participation
from scheduling.planning import Wish
from tests.scheduling.incoming.files import calendar, event, one
from tests.support import building, calling
from tests.support.building import MONDAY, at
from tests.support.houses import NOW, TUESDAY, House, two_houses

pytestmark = pytest.mark.django_db
Status = Booking.Status
Outcome = Participation.Outcome


@dataclass
class World:
    own: House
    foreign: House


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), two_houses() as (own, foreign):
        yield World(own, foreign)


@pytest.fixture
def own(world: World) -> House:
    return world.own


@pytest.fixture
def foreign(world: World) -> House:
    return world.foreign


def browser(user: User | None = None) -> Client:
    client = calling.browser(user)
    client.cookies["django_language"] = "en"
    client.raise_request_exception = True
    return client


class Reader:
    """A browser without scripts, logged in, asking in English."""

    def __init__(self, house: House, role: str = "psychologist") -> None:
        self.client = browser(house.staff[role])

    def get(self, path: str, **asked: Any) -> Any:
        return self.client.get(path, asked)

    def post(self, path: str, **filled: Any) -> Any:
        return self.client.post(path, filled)

    def after(self, path: str, **filled: Any) -> Any:
        """The page that a form leads to."""
        return self.client.post(path, filled, follow=True)


def text(answer: HttpResponse) -> str:
    """What a person reads: without tags, every run of white space one blank."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\N{NO-BREAK SPACE}", " ").split())


def main(answer: HttpResponse) -> str:
    """The page without its frame, as a person reads it."""
    content = answer.content.decode()
    return text(HttpResponse(content[content.index("<main") :]))


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def page_of(booking: Booking) -> str:
    return f"/bookings/{booking.public_id}/"


def hour_of(house: House, **changed: Any) -> dict[str, Any]:
    """What the link to an hour carries: Tuesday at ten, for the mother."""
    return {
        "service": house.service.public_id,
        "specialist": house.specialist.public_id,
        "person": house.mother.public_id,
        "modality": Modality.ON_SITE,
        "starts_at": iso(at(TUESDAY, 10)),
        **changed,
    }


# --- Every page ---------------------------------------------------------------------------


def every_route() -> list[URLPattern]:
    return list(urls.urlpatterns)


def address_of(route: URLPattern, house: House) -> str:
    ids = {
        "booking": house.booking.public_id,
        "people": house.mother.public_id,
        "tasks": house.task.public_id,
        "cases": house.case.public_id,
        "units": house.unit.public_id,
        "stays": house.stay.public_id,
        "toys": house.loan.public_id,
        "series": house.series.public_id,
        "hours": house.hours.public_id,
        "me": house.feed.public_id,
        "outbox": house.text.public_id,
        "unreached": house.booking.public_id,
        "texts": house.wording.public_id,
        "groups": house.group.public_id,
        "workshops": house.workshop.public_id,
        "sessions": house.session.public_id,
        "helpers": house.volunteer.public_id,
    }
    if route.name == "session-board":
        ids["sessions"] = house.riding_session.public_id
    path = str(route.pattern)
    return "/" + path.replace("<uuid:public_id>", str(ids.get(path.split("/")[0].rstrip("s"))
                              or ids.get(path.split("/")[0])))  # fmt: skip


@pytest.mark.parametrize("route", every_route(), ids=lambda route: route.name)
def test_every_page_asks_for_a_log_in(route: URLPattern, own: House) -> None:
    for ask in (browser().get, browser().post):
        answer = ask(address_of(route, own))
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer.url.startswith("/accounts/login/")


HOSTILE_FIELDS = """
    on whose service person q modality specialist begins ends starts_at party reason outcome version
    at fold carer hold without_papers given_name family_name birth_on centre family number opened_on
    lead route document_number document_on valid_until services phone consent safe safe_from
    safe_until wording language script detail resource from_on from_at until_on until_at past page
    allows_link
    adults ages needs kind from_on to_on unit people in_danger who on to_unit count toy due_on from
    days known wait why of code rhythm interval weekdays ends since specialist room original_start
    act group came lead outside result
    workshop name colleagues capacity on_school_vacations enrolment one_to_one consent_on together
    is_trial leaving_out line child horse leader side_walkers
    initials duration buffer audiences least_age most_age doubtful_age needs_document least_adults
    offer_hours leaders rooms is_offered is_public vacation
    horse booking carries_kg most_minutes_a_day most_days_a_week most_minutes_on_end rest_minutes
    ride_minutes step_minutes turnaround_minutes arena_holds instructor_sees weighed_within_days
    kg issued_on expires_on clearance side_walkers preferred_horse avoids
    until skip once at_risk address first_on
    skills colleague weekday starts valid_from available place minutes what note to
"""


ACTS_OF: Mapping[str, Collection[str]] = {
    "group-page": (*GROUP_ACTS, "places", "enrol"),
    "helper-page": HELPER_ACTS,
    "helpers-page": ("volunteer", "colleague"),
    "horses-page": HORSE_ACTS,
    "hours-of": HOURS_ACTS,
    "hours-page": SCHOOL_ACTS,
    "new-stay": ("hold", "reserve", "wait", "admit"),
    "person-riding": ("weigh", "clear", "withdraw", "ride"),
    "person-ties": ("carer", "apart", "wall", "no-carer", "no-apart", "no-wall"),
    "series-page": SERIES_ACTS,
    "session-board": ("draw", "remove", "propose", "book", "discard", "call_off"),
    "session-page": ("note", "all", "undo", "cancel", "move", "make_up"),
    "stay-page": STAY_ACTS,
    "text-page": ("preview", "save", "back"),
    "tonight-page": ("ready", "confirm"),
    "unit-page": ("ready", "open", "close", "address", "cots"),
}
"""The buttons of pages that have several."""

HOSTILE_VALUES = ("\x00", "0001-01-01", "31.12.9999", "я" * 5_000, str(uuid4()), "-1")


@pytest.mark.parametrize("route", every_route(), ids=lambda route: route.name)
def test_no_page_breaks_on_hostile_input(route: URLPattern, own: House) -> None:
    reader = Reader(own, "coordinator")
    reader.client.raise_request_exception = False
    path = address_of(route, own)
    names = re.findall(r"\w+", HOSTILE_FIELDS)
    buttons = [partial(reader.post, act=act) for act in ("", *ACTS_OF.get(route.name, ()))]
    for value in HOSTILE_VALUES:
        for ask in (reader.get, *buttons):
            answer = ask(path, **dict.fromkeys(names, value))
            assert answer.status_code in {200, 302, 400, 403, 404, 405, 422}, (value, answer)


@pytest.mark.parametrize("route", every_route(), ids=lambda route: route.name)
def test_every_button_and_field_of_a_page_is_tried_with_hostile_input(
    route: URLPattern, own: House
) -> None:
    page = Reader(own, "coordinator").get(address_of(route, own))
    inputs = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page.content.decode())
    there = {(attribute("name", one), attribute("value", one)) for one in inputs}
    acts = {value for name, value in there if name == "act"}
    assert acts <= set(ACTS_OF.get(route.name, ()))
    names = {name for name, _ in there} - {"", "act"}
    strange = {one for one in names if not re.fullmatch(TRIED_ELSEWHERE, one)}
    assert strange <= set(re.findall(r"[\w-]+", HOSTILE_FIELDS))


TRIED_ELSEWHERE = r"csrfmiddlewaretoken|next|version|.*[0-9a-f]{8}-.*|outcome-.*|file"


def attribute(name: str, tag: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_pages_carry_no_style_or_script_of_their_own(own: House) -> None:
    for path in ("/", "/find/", page_of(own.booking), f"/people/{own.mother.public_id}/"):
        content = Reader(own).get(path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", content)


def test_the_frame_shows_the_centre(own: House) -> None:
    assert own.centre.name in text(Reader(own).get("/find/"))


@pytest.mark.parametrize("template", ["500.html", "503.html", "400.html", "403_csrf.html"])
def test_pages_of_failure_ask_nothing_of_the_database(template: str, own: House, rf: Any) -> None:
    from django.shortcuts import render

    request = rf.get("/")
    request.user = own.staff["psychologist"]
    with CaptureQueriesContext(connection) as captured:
        answer = render(request, template)
    assert (len(captured), answer.status_code) == (0, 200)


def test_a_database_that_is_away_is_said_in_words(own: House, monkeypatch: Any) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr("desk.web.finding.candidates", away)
    # The middleware closes the connection, and with it this test's transaction.
    monkeypatch.setattr("config.middleware.connection", Mock())
    answer = Reader(own).get("/find/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database is not answering" in text(answer)


def test_an_unknown_address_is_a_page_in_words(own: House) -> None:
    answer = Reader(own).get("/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in text(answer)


def test_a_wrong_password_is_said_clearly(own: House) -> None:
    answer = browser().post("/accounts/login/", {"login": "nobody", "password": "nothing"})
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/2fa/"])
def test_account_pages_have_our_frame(path: str, own: House) -> None:
    answer = Reader(own).client.get(path, follow=True)
    assert (answer.status_code, own.centre.name in text(answer)) == (200, True)


# --- Today --------------------------------------------------------------------------------


def test_today_shows_the_specialists_sessions(own: House) -> None:
    page = main(Reader(own).get("/"))
    assert "09:00–09:50" in page
    assert "15:00–15:50" in page
    assert own.mother.full_name in page


@pytest.mark.parametrize("written", ["2027-03-02", "02.03.2027", "2.3.2027 г.", "02032027"])
def test_today_takes_a_date_as_people_write_it(written: str, own: House) -> None:
    page = main(Reader(own).get("/", on=written))
    assert "12:00–12:50" in page


def test_a_date_that_is_none_is_said(own: House) -> None:
    assert "Write the date as 22.11.2026." in main(Reader(own).get("/", on="tomorrow"))


def test_a_stranger_sees_only_busy(own: House) -> None:
    page = main(Reader(own, "stranger").get("/", whose=own.specialist.public_id))
    assert "busy" in page
    assert own.mother.full_name not in page
    assert own.service.name not in page


def test_kin_see_only_busy_though_they_run_the_centre(own: House) -> None:
    page = main(Reader(own, "kin").get("/"))
    assert own.mother.full_name not in page
    assert "busy" in page


def test_who_runs_the_centre_sees_everybodys_day(own: House) -> None:
    page = Reader(own, "coordinator").get("/")
    lines = {
        column.resource: [line.event.key for line in column.lines]
        for column in page.context["columns"]
    }
    assert lines == {
        own.specialist: [own.past.pk, own.booking.pk],
        own.leader: [own.past_session.booking_id],
    }


def test_nobody_sees_the_day_of_another_centres_specialist(own: House, foreign: House) -> None:
    page = Reader(own, "coordinator").get("/", whose=foreign.specialist.public_id)
    assert page.context["subject"] == own.staff["coordinator"].resource


def test_a_free_stretch_of_the_working_day_is_shown(own: House) -> None:
    # Working hours are nine to five, and the session at three takes ten minutes more.
    page = main(Reader(own).get("/"))
    assert "12:00–15:00 free" in page
    assert "16:00–17:00 free" in page


def test_a_session_is_closed_by_one_click(own: House) -> None:
    reader = Reader(own)
    version = fresh(own.past).version
    page = reader.after(
        f"{page_of(own.past)}outcome/", outcome="attended", version=version, next="/"
    )
    assert fresh(own.past).status == Status.CLOSED
    assert page.redirect_chain == [("/", 302)]


def test_another_outcome_corrects_a_wrong_one(own: House) -> None:
    reader = Reader(own)
    for outcome in ("attended", "did_not_attend"):
        reader.post(
            f"{page_of(own.past)}outcome/",
            outcome=outcome,
            person=own.mother.public_id,
            version=fresh(own.past).version,
        )
    assert own.past.participations.get().outcome == Outcome.DID_NOT_ATTEND


def test_no_outcome_is_offered_before_the_start(own: House) -> None:
    content = Reader(own).get("/").content.decode()
    assert f"{page_of(own.past)}outcome/" in content
    assert f"{page_of(own.booking)}outcome/" not in content


def test_an_outcome_before_the_start_is_refused_in_words(own: House) -> None:
    page = Reader(own).after(
        f"{page_of(own.booking)}outcome/", outcome="attended", version=own.booking.version
    )
    assert "The session has not begun yet" in text(page)


def test_two_people_are_closed_one_by_one(own: House) -> None:
    starts_at = NOW + timedelta(hours=1)
    wish = Wish(own.service, starts_at, own.specialist, (own.mother, own.child), Modality.PHONE)
    booking = services.book(wish, by=own.staff["coordinator"])
    with clock.frozen(starts_at):
        reader = Reader(own)
        assert "All came" in main(reader.get("/"))
        for person, outcome in ((own.mother, "attended"), (own.child, "not_brought")):
            assert fresh(booking).status == Status.CONFIRMED
            reader.post(
                f"{page_of(booking)}outcome/",
                outcome=outcome,
                person=person.public_id,
                version=fresh(booking).version,
            )
    assert fresh(booking).status == Status.CLOSED


def test_a_button_leads_to_no_other_site(own: House) -> None:
    answer = Reader(own).post(
        f"{page_of(own.past)}outcome/",
        outcome="attended",
        version=own.past.version,
        next="https://example.com/",
    )
    assert answer.url == page_of(own.past)


def test_a_held_hour_waits_on_today_until_it_is_confirmed(own: House) -> None:
    reader = Reader(own)
    assert "held until 12:30" in main(reader.get("/"))
    reader.post(f"{page_of(own.hold)}confirm/", version=own.hold.version)
    assert fresh(own.hold).status == Status.CONFIRMED
    assert "held until" not in main(reader.get("/"))


def test_a_held_hour_is_let_go(own: House) -> None:
    Reader(own).post(f"{page_of(own.hold)}cancel/", version=own.hold.version, party="centre")
    assert fresh(own.hold).status == Status.CANCELLED


def test_an_expired_hold_waits_for_nobody(own: House) -> None:
    with clock.frozen(NOW + timedelta(minutes=30)):
        assert "held until" not in main(Reader(own).get("/"))


def test_a_task_is_ticked_off(own: House) -> None:
    reader = Reader(own)
    assert "Assessment and plan are due" in main(reader.get("/"))
    reader.post(f"/tasks/{own.task.public_id}/done/")
    own.task.refresh_from_db()
    assert own.task.done_at == NOW


def test_nobody_ticks_off_anothers_task(own: House, foreign: House) -> None:
    for role, task in (("stranger", own.task), ("coordinator", foreign.task)):
        answer = Reader(own, role).post(f"/tasks/{task.public_id}/done/")
        assert answer.status_code == 404


def test_a_task_about_kin_leads_nowhere(own: House) -> None:
    content = Reader(own, "kin").get("/").content.decode()
    assert str(own.mother.public_id) not in content
    assert own.case.number not in content


def test_late_plans_are_listed(own: House) -> None:
    page = main(Reader(own).get("/"))
    assert "Late assessments and plans" in page
    assert own.case.number in page


def test_who_books_nothing_gets_a_plain_page(own: House) -> None:
    assert "Open the access log" in text(Reader(own, "data-officer").get("/"))
    assert "no role in any centre today" in text(Reader(own, "superuser").get("/"))


def test_who_leads_a_group_has_her_sessions_and_tasks_before_her(own: House) -> None:
    page = Reader(own, "leader").get("/", on=clock.local(own.session.booking.starts_at).date())
    content = page.content.decode()
    assert f"/sessions/{own.session.public_id}/" in content
    assert "Somebody is proposed for a group: decide" in main(page)
    assert "/find/" not in content


def test_riding_leads_to_its_board(own: House) -> None:
    reader = Reader(own, "leader")
    page = reader.get("/", on=clock.local(own.riding_session.booking.starts_at).date())
    board = f"/sessions/{own.riding_session.public_id}/board/"
    assert board in page.content.decode()
    group = reader.get(f"/groups/{own.riding_session.group.public_id}/")
    assert board in group.content.decode()


def test_group_leads_to_its_series_where_another_adult_is_named(own: House) -> None:
    reader = Reader(own, "coordinator")
    address = f"/series/{own.group.series.public_id}/"
    assert address in reader.get(f"/groups/{own.group.public_id}/").content.decode()
    page = reader.get(address)
    assert page.status_code == 200
    assert "Who else leads it" in main(page)


@pytest.mark.parametrize("role", ["psychologist", "coordinator"])
def test_today_asks_the_same_number_of_questions_for_a_full_day(role: str, own: House) -> None:
    day = MONDAY + timedelta(days=3)
    work = building.service(own.centre, minutes=10, buffer=0, step=10)
    own.specialist.services.add(work)

    def fill(number: int) -> None:
        for place in range(number):
            starts_at = at(day, 9) + timedelta(minutes=10 * place)
            family = building.person(own.centre)
            wish = Wish(work, starts_at, own.specialist, (family,), Modality.PHONE, hold=True)
            booking = services.book(wish, by=own.staff["coordinator"])
            about = f"booking:{booking.public_id}"
            open_task(
                Task.Kind.MISSING_PAPERS,
                centre_id=own.centre.pk,
                about=about,
                due_on=day,
                owner_id=own.specialist.user_id,
            )

    def asked() -> int:
        reader = Reader(own, role)
        reader.get("/", on=day)
        with CaptureQueriesContext(connection) as captured:
            answer = reader.get("/", on=day)
        assert answer.status_code == 200
        return len(captured)

    fill(1)
    few = asked()
    for booking in Booking.objects.filter(service=work):
        services.cancel_booking(booking, by=own.staff["coordinator"], party=Booking.Party.CENTRE)
    fill(30)
    assert asked() == few


# --- Find an hour -------------------------------------------------------------------------


def test_finding_offers_the_callers_own_hours_first(own: House) -> None:
    page = Reader(own).get("/find/", service=own.service.public_id, person=own.mother.public_id)
    (specialist,) = {line[0] for day in page.context["days"] for line in day.lines}
    assert specialist == own.specialist


def test_finding_offers_anybodys_hours_to_who_does_not_give_the_service(own: House) -> None:
    page = Reader(own, "shelter").get("/find/", service=own.service.public_id)
    names = {line[0].name for day in page.context["days"] for line in day.lines}
    assert names == {own.specialist.name, own.colleague.name}


def test_hours_that_are_taken_are_not_offered(own: House) -> None:
    page = Reader(own).get(
        "/find/",
        service=own.service.public_id,
        person=own.mother.public_id,
        begins="01.03.2027",
        ends="01.03.2027",
    )
    (day,) = page.context["days"]
    starts = [clock.local(slot.starts_at).hour for _, line in day.lines for slot in line]
    assert 15 not in starts
    assert 13 in starts


def test_nobody_can_be_chosen_twice(own: House) -> None:
    asked = {"person": own.mother.public_id, "q": own.mother.family_name}
    content = Reader(own).get("/find/", **asked).content.decode()
    assert content.count(f'value="{own.mother.public_id}"') == 1


def test_whoever_is_chosen_is_not_said_to_be_missing(own: House) -> None:
    asked = {"person": own.father.public_id, "q": own.father.family_name}
    page = Reader(own).get("/find/", **asked)
    assert (page.context["q"], "candidates" in page.context) == ("", False)


def test_names_are_found_by_their_beginning(own: House, foreign: House) -> None:
    alike = [own.mother, own.child, foreign.mother]
    Person.objects.filter(pk__in=[one.pk for one in alike]).update(given_name="Белослава")
    page = Reader(own).get("/find/", q="Белосл")
    found = set(page.context["candidates"])
    assert {own.mother, own.child} <= found
    assert foreign.mother not in found


def test_typing_a_name_answers_with_the_names_alone(own: House) -> None:
    answer = Reader(own).client.get(
        "/find/", {"q": "Person"}, headers={"hx-request": "true", "hx-target": "candidates"}
    )
    assert answer.templates[0].name == "desk/parts/candidates.html"


def test_an_empty_window_names_the_first_day_that_has_an_hour(own: House) -> None:
    page = Reader(own).get(
        "/find/", service=own.service.public_id, begins="06.03.2027", ends="07.03.2027"
    )
    assert "There is no free hour in these days." in main(page)
    assert page.context["later_day"] == date(2027, 3, 8)
    assert "begins=08.03.2027" in page.context["later"]


def test_anothers_service_and_people_are_no_choices(own: House, foreign: House) -> None:
    reader = Reader(own)
    strange = reader.get("/find/", service=foreign.service.public_id)
    assert "This is not one of the choices." in main(strange)
    stranger = reader.get("/find/", service=own.service.public_id, person=foreign.mother.public_id)
    assert "This is not one of the choices." in main(stranger)
    assert foreign.mother.full_name not in text(stranger)


def test_an_hour_is_booked(own: House) -> None:
    reader = Reader(own)
    page = main(reader.get("/find/book/", **hour_of(own)))
    assert own.room.name in page
    answer = reader.post("/find/book/", **hour_of(own))
    booking = Booking.objects.latest("pk")
    assert answer.url == page_of(booking)
    assert (booking.starts_at, booking.status) == (at(TUESDAY, 10), Status.CONFIRMED)


def test_an_hour_is_held(own: House) -> None:
    Reader(own).post("/find/book/", **hour_of(own, hold="on"))
    assert Booking.objects.latest("pk").status == Status.HELD


def test_the_only_carer_of_a_child_is_told(own: House) -> None:
    reader = Reader(own)
    hour = hour_of(own, person=own.child.public_id)
    assert f"Is told {own.mother.full_name}" in main(reader.get("/find/book/", **hour))
    reader.post("/find/book/", **hour)
    assert Booking.objects.latest("pk").carer == own.mother


def test_of_several_carers_one_is_chosen(own: House) -> None:
    father = building.person(own.centre, household=own.mother.household)
    building.carer(own.child, father)
    reader = Reader(own)
    hour = hour_of(own, person=own.child.public_id)
    unsaid = reader.post("/find/book/", **hour)
    assert "This field is required." in text(unsaid)
    reader.post("/find/book/", **hour, carer=father.public_id)
    assert Booking.objects.latest("pk").carer == father


def test_a_taken_hour_is_refused_in_words_with_the_nearest_free_ones(own: House) -> None:
    services.book(
        Wish(own.service, at(TUESDAY, 10), own.specialist, (own.child,), Modality.PHONE),
        by=own.staff["coordinator"],
    )
    answer = Reader(own).post("/find/book/", **hour_of(own))
    assert answer.status_code == 422
    assert "is taken at that time" in main(answer)
    nearest = [slot for day in answer.context["days"] for _, line in day.lines for slot in line]
    assert at(TUESDAY, 11) in [slot.starts_at for slot in nearest]
    assert own.mother.full_name in main(answer)


def test_a_past_hour_offers_the_nearest_ones(own: House) -> None:
    page = Reader(own).get("/find/book/", **hour_of(own, starts_at=iso(at(MONDAY, 9))))
    assert "This hour is no longer free." in main(page)
    assert page.context["days"][0].on == MONDAY


def test_a_refusal_never_tells_of_the_other_party(own: House) -> None:
    other = building.person(own.centre)
    building.apart(own.mother, other)
    services.book(
        Wish(own.service, at(TUESDAY, 10), own.colleague, (other,), Modality.ON_SITE),
        by=own.staff["coordinator"],
    )
    page = main(Reader(own).post("/find/book/", **hour_of(own)))
    assert "This hour is not suitable for these people." in page
    assert other.full_name not in page


def test_only_who_may_waives_the_papers(own: House) -> None:
    sealed = building.service(own.centre, access="specialised")
    for resource in (own.specialist, own.room):
        resource.services.add(sealed)
    hour = hour_of(own, service=sealed.public_id, without_papers="She came at night")
    refused = Reader(own).post("/find/book/", **hour)
    assert "needs an entry document" in text(refused)
    assert "Why without a document" not in text(refused)
    Reader(own, "coordinator").post("/find/book/", **hour)
    assert Booking.objects.latest("pk").without_papers == "She came at night"


def test_nothing_that_was_written_is_lost_in_a_refusal(own: House) -> None:
    hour = hour_of(own, starts_at=iso(at(MONDAY, 9)), without_papers="She came at night")
    page = Reader(own, "coordinator").get("/find/book/", **hour_of(own))
    assert "Book without a document" in text(page)
    refused = Reader(own, "coordinator").post("/find/book/", **hour)
    assert refused.context["form"].data["without_papers"] == "She came at night"


def test_who_books_for_a_colleague_sees_what_she_booked(own: House) -> None:
    page = Reader(own, "shelter").after("/find/book/", **hour_of(own))
    [(address, status)] = page.redirect_chain
    assert (address.startswith("/bookings/"), status) == (True, 302)


def test_who_books_nothing_finds_nothing(own: House) -> None:
    for role in ("leader", "data-officer", "superuser"):
        assert Reader(own, role).get("/find/").status_code == 403


# --- A booking ----------------------------------------------------------------------------


def test_a_booking_shows_its_people_reminders_and_changes(own: House) -> None:
    page = main(Reader(own).get(page_of(own.booking)))
    for said in (own.mother.full_name, own.room.name, "one day before", "booked"):
        assert said in page


@pytest.mark.parametrize("role", ["stranger", "kin", "leader", "data-officer", "superuser"])
def test_a_booking_is_not_there_for_who_need_not_know(role: str, own: House) -> None:
    reader = Reader(own, role)
    assert reader.get(page_of(own.booking)).status_code == 404
    for step in ("confirm", "cancel", "outcome", "move"):
        assert reader.post(f"{page_of(own.booking)}{step}/").status_code == 404


def test_another_centres_booking_is_not_there(own: House, foreign: House) -> None:
    assert Reader(own, "manager").get(page_of(foreign.booking)).status_code == 404


def test_a_stale_button_changes_nothing_and_says_so(own: House) -> None:
    seen = own.booking.version
    services.reschedule_booking(own.booking, starts_at=at(TUESDAY, 10), by=own.staff["coordinator"])
    page = Reader(own).after(
        f"{page_of(own.booking)}cancel/", version=seen, party="client", reason="ill"
    )
    assert "Somebody changed this meanwhile" in text(page)
    assert fresh(own.booking).status == Status.CONFIRMED


def test_a_button_without_version_changes_nothing(own: House) -> None:
    Reader(own).post(f"{page_of(own.hold)}confirm/")
    assert fresh(own.hold).status == Status.HELD


def test_cancelling_keeps_by_whom_and_why(own: House) -> None:
    page = Reader(own).after(
        f"{page_of(own.booking)}cancel/",
        version=own.booking.version,
        party="client",
        reason="no bus",
    )
    assert "Cancelled by the family: no bus" in main(page)


def test_cancelling_asks_by_whom(own: House) -> None:
    answer = Reader(own).post(
        f"{page_of(own.booking)}cancel/", version=own.booking.version, reason="no bus"
    )
    assert answer.status_code == 422
    assert 'value="no bus"' in answer.content.decode()


def test_moving_offers_free_hours_and_takes_one(own: House) -> None:
    reader = Reader(own)
    page = reader.get(f"{page_of(own.booking)}move/")
    hour = page.context["days"][0].lines[0][1][1].starts_at
    reader.post(f"{page_of(own.booking)}move/", version=own.booking.version, starts_at=iso(hour))
    assert fresh(own.booking).starts_at == hour


def test_moving_takes_a_date_and_a_time(own: House) -> None:
    Reader(own).post(
        f"{page_of(own.booking)}move/", version=own.booking.version, on="02.03.2027", at="9.15"
    )
    assert fresh(own.booking).starts_at == at(TUESDAY, 9, 15)


def test_moving_into_the_gap_of_spring_is_refused_in_words(own: House) -> None:
    answer = Reader(own).post(
        f"{page_of(own.booking)}move/", version=own.booking.version, on="28.03.2027", at="03:30"
    )
    assert "does not exist" in main(answer)


def test_moving_to_an_hour_that_comes_twice_asks_which(own: House) -> None:
    answer = Reader(own).post(
        f"{page_of(own.booking)}move/", version=own.booking.version, on="31.10.2027", at="03:30"
    )
    assert "This hour comes twice that night." in main(answer)
    assert 'value="03:30"' in answer.content.decode()


def test_a_refused_move_leaves_what_was_typed(own: House) -> None:
    answer = Reader(own).post(
        f"{page_of(own.booking)}move/", version=own.booking.version, on="02.03.2027", at="23:00"
    )
    assert answer.status_code == 422
    assert "outside working hours" in main(answer)
    assert 'value="23:00"' in answer.content.decode()


# --- People -------------------------------------------------------------------------------


def test_a_person_is_found_by_name(own: House, foreign: House) -> None:
    page = Reader(own, "leader").get("/people/", q=own.mother.full_name)
    assert list(page.context["found"]) == [own.mother]
    none = Reader(own).get("/people/", q=foreign.mother.full_name)
    assert list(none.context["found"]) == []


def test_a_persons_page_says_what_is_ahead_and_past(own: House) -> None:
    page = main(Reader(own).get(f"/people/{own.mother.public_id}/"))
    ahead, past = page.index("Ahead"), page.index("Past")
    assert ahead < page.index("15:00", ahead) < past < page.index("09:00", past)
    assert "Messages may be sent" in page
    assert own.case.number in page


def test_reading_a_person_is_kept(own: House) -> None:
    Reader(own).get(f"/people/{own.mother.public_id}/")
    kept = AccessRecord.objects.filter(user=own.specialist.user, subject=own.mother.public_id)
    assert kept.count() == 1


def test_a_stranger_gets_the_name_and_a_reason(own: House) -> None:
    answer = Reader(own, "stranger").get(f"/people/{own.mother.public_id}/")
    assert answer.status_code == 403
    page = main(answer)
    assert own.mother.full_name in page
    assert "Only colleagues who work with this family" in page
    assert own.case.number not in page


def test_kin_and_other_centres_find_nobody(own: House, foreign: House) -> None:
    path = f"/people/{own.mother.public_id}/"
    assert Reader(own, "kin").get(path).status_code == 404
    assert Reader(foreign, "manager").get(path).status_code == 404
    for step in ("card", "case"):
        assert Reader(own, "kin").get(f"{path}{step}/").status_code == 404


def test_what_the_family_said_stands_with_its_booking(own: House) -> None:
    calling.browser().post(f"/v/{own.link}/", {"answer": "come", "of": 1})
    calling.browser().post(f"/v/{own.link}/", {"answer": "call", "of": 1})
    page = main(Reader(own).get(page_of(own.booking)))
    assert f"{own.mother.full_name}: will come" in page
    assert f"{own.mother.full_name} asks to be called" in page
    assert "A family asks to be called" in main(Reader(own).get("/"))


def test_what_the_family_did_itself_is_its_own_in_the_history(own: House) -> None:
    calling.browser().post(f"/v/{own.link}/", {"answer": "cannot", "of": 1})
    page = main(Reader(own).get(page_of(own.booking)))
    assert "the family, through its link" in page
    assert "cannot come" in page


def test_why_nothing_would_be_sent_is_said(own: House) -> None:
    ContactCard.objects.filter(pk=own.card.pk).update(safe_to_text=False)
    page = main(Reader(own).get(f"/people/{own.mother.public_id}/"))
    assert "Nothing would be sent today: it is not marked safe to text." in page


def card_filled(**changed: str) -> dict[str, str]:
    return {
        "phone": "0888 123 456",
        "safe_from": "09:00",
        "safe_until": "20:00",
        "wording": "discreet",
        "language": "bg",
        "script": "cyrillic",
        **changed,
    }


def test_an_answer_left_alone_keeps_its_date(own: House) -> None:
    before = ContactCard.objects.get(pk=own.card.pk)
    Reader(own).post(f"/people/{own.mother.public_id}/card/", **card_filled(wording="plain"))
    after = ContactCard.objects.get(pk=own.card.pk)
    assert (after.consent_on, after.safety_asked_on) == (before.consent_on, before.safety_asked_on)
    assert (after.wording, after.verified_at) == ("plain", before.verified_at)


def test_a_link_is_allowed_on_the_card(own: House) -> None:
    path = f"/people/{own.mother.public_id}/card/"
    help_text = "A link in a text can be opened by whoever holds the phone."
    assert help_text in main(Reader(own).get(path))
    Reader(own).post(path, **card_filled(allows_link="on"))
    assert ContactCard.objects.get(pk=own.card.pk).allows_link
    Reader(own).post(path, **card_filled())
    assert not ContactCard.objects.get(pk=own.card.pk).allows_link


def test_a_new_number_asks_for_everything_anew(own: House) -> None:
    path = f"/people/{own.mother.public_id}/card/"
    page = Reader(own).after(path, **card_filled(phone="0888 654 321"))
    assert "the number is not verified" in main(page)


def test_a_number_that_is_none_is_said(own: House) -> None:
    path = f"/people/{own.mother.public_id}/card/"
    answer = Reader(own).post(path, **card_filled(phone="12"))
    assert answer.status_code == 422
    assert "id_phone_error" in answer.content.decode()


def test_a_number_is_verified_and_an_opt_out_counts_at_once(own: House) -> None:
    reader = Reader(own)
    ContactCard.objects.filter(pk=own.card.pk).update(verified_at=None)
    reader.post(f"/people/{own.mother.public_id}/verify/")
    assert ContactCard.objects.get(pk=own.card.pk).verified_at == NOW
    page = reader.after(f"/people/{own.mother.public_id}/opt-out/")
    assert "she asked for no messages" in main(page)


def test_a_new_person_is_registered_in_a_family(own: House) -> None:
    page = Reader(own).after(
        "/people/new/",
        given_name="Мая",
        family_name="Иванова",
        birth_on="24.05.2020",
        family=own.mother.public_id,
    )
    made = Person.objects.latest("pk")
    assert (made.household, made.birth_on) == (own.mother.household, date(2020, 5, 24))
    assert page.redirect_chain == [(f"/people/{made.public_id}/", 302)]


def test_a_person_is_registered_once_however_often_the_button_is_pressed(own):
    reader = Reader(own)
    token = reader.get("/people/new/").context["once"]
    filled = {"given_name": "Ива", "family_name": "Двукратна", "once": token}
    if "centre" in reader.get("/people/new/").context["form"].fields:
        filled["centre"] = own.centre.public_id

    answers = [reader.post("/people/new/", **filled) for _ in range(2)]

    assert {answer.status_code for answer in answers} <= {201, 302}
    assert Person.objects.filter(family_name="Двукратна").count() == 1


def test_who_does_not_know_a_family_adds_nobody_to_it(own: House, foreign: House) -> None:
    names = {"given_name": "Мая", "family_name": "Иванова"}
    strange = Reader(own, "stranger").post("/people/new/", **names, family=own.mother.public_id)
    assert strange.status_code == 403
    far = Reader(own).post("/people/new/", **names, family=foreign.mother.public_id)
    assert far.status_code == 404


def case_filled(house: House, **changed: Any) -> dict[str, Any]:
    return {
        "number": "77/2027",
        "opened_on": "01.03.2027",
        "route": "referral",
        "document_number": "ЗД-1",
        "document_on": "26.02.2027",
        "services": [house.service.public_id],
        **changed,
    }


def test_a_case_is_opened_with_its_document_and_services(own: House) -> None:
    newcomer = building.person(own.centre)
    Reader(own).post(f"/people/{newcomer.public_id}/case/", **case_filled(own))
    case = Case.objects.get(household=newcomer.household)
    assert (case.lead, case.number) == (own.specialist.user, "77/2027")
    assert list(case.entry_bases.get().services.all()) == [own.service]


def test_a_number_that_is_taken_is_said(own: House) -> None:
    newcomer = building.person(own.centre)
    answer = Reader(own).post(
        f"/people/{newcomer.public_id}/case/", **case_filled(own, number=own.case.number)
    )
    assert "already a case with this number" in text(answer)
    assert 'value="ЗД-1"' in answer.content.decode()


def test_nobody_opens_a_case_to_look_in(own: House) -> None:
    path = f"/people/{own.mother.public_id}/case/"
    assert Reader(own, "stranger").post(path, **case_filled(own)).status_code == 403


def test_a_plan_is_noted_and_a_case_closed(own: House) -> None:
    reader = Reader(own)
    reader.post(f"/cases/{own.case.public_id}/planned/")
    reader.post(f"/cases/{own.case.public_id}/close/")
    own.case.refresh_from_db()
    assert (own.case.planned_on, own.case.closed_on) == (MONDAY, MONDAY)


def test_the_data_officer_reads_who_read_what(own: House, foreign: House) -> None:
    for house in (own, foreign):
        Reader(house).get(f"/people/{house.mother.public_id}/")
    page = text(Reader(own, "data-officer").get("/access/"))
    assert str(own.mother.public_id) in page
    assert str(foreign.mother.public_id) not in page
    assert own.mother.full_name not in page
    assert Reader(own, "manager").get("/access/").status_code == 403


# --- Her own calendar and time ---------------------------------------------------------------


def test_a_calendar_address_is_shown_once(own: House) -> None:
    reader = Reader(own)
    answer = reader.post("/me/calendar/", detail="busy")
    url = answer.context["url"]
    assert url in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert url not in reader.get("/me/calendar/").content.decode()
    assert browser().get(url[url.index("/feeds/") :]).status_code == 200


def test_a_revoked_calendar_is_gone(own: House) -> None:
    reader = Reader(own)
    answer = reader.post("/me/calendar/", detail="discreet")
    url, feed = answer.context["url"], answer.context["new"]
    reader.post(f"/me/calendar/{feed.public_id}/revoke/")
    assert browser().get(url[url.index("/feeds/") :]).status_code == 404
    assert not Feed.objects.filter(user=own.specialist.user).exists()


def test_addresses_of_several_calendars_stand_in_a_list(own: House) -> None:
    reader = Reader(own, "shelter")
    for of in (own.room, own.unit, own.centre):
        reader.post("/me/calendar/", detail="discreet", of=of.public_id)
    page = reader.get("/me/calendar/")
    listed = [(one["name"], one["feed"].detail) for one in page.context["feeds"]]
    assert listed == [
        (own.room.name, "discreet"),
        (own.unit.name, "busy"),
        (own.centre.name, "discreet"),
    ]


def test_a_calendar_that_is_not_hers_any_more_is_not_named(own: House) -> None:
    reader = Reader(own, "shelter")
    reader.post("/me/calendar/", detail="busy", of=own.unit.public_id)
    Role.objects.filter(user=own.staff["shelter"]).update(name=Role.Name.LEADER)
    page = text(reader.get("/me/calendar/"))
    assert "This address works no more." in page
    assert own.unit.name not in page


@pytest.mark.parametrize("name", ["unit", "foreign centre", "resident"])
def test_a_calendar_that_is_not_hers_is_no_choice(own: House, foreign: House, name: str) -> None:
    of = {"unit": own.unit, "foreign centre": foreign.centre, "resident": own.resident.residence}
    answer = Reader(own).post("/me/calendar/", detail="busy", of=of[name].public_id)
    assert "url" not in answer.context
    assert answer.context["form"].errors.keys() == {"of"}


def test_who_only_installs_is_told_that_there_is_no_calendar(own: House) -> None:
    page = Reader(own, "superuser").post("/me/calendar/", detail="busy")
    assert "You have no calendar of your own." in text(page)


OUTER = one("DTSTART:20270301T130000Z", "DURATION:PT1H", "SUMMARY:secret", "UID:secret")
"""The hour of her session this afternoon."""


def brought(reader: Reader, content: bytes = OUTER) -> Any:
    return reader.after("/me/calendar/bring/", file=SimpleUploadedFile("mine.ics", content))


def test_another_calendar_is_brought_in_and_what_it_collides_with_is_named(own: House) -> None:
    answer = brought(Reader(own))

    page = main(answer)
    assert "Brought in. Nobody books you while that calendar is busy." in page
    assert "One session is booked while that calendar is busy." in page
    assert page_of(own.booking) in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_a_file_that_is_no_calendar_is_refused_beside_its_field(own: House) -> None:
    answer = brought(Reader(own), b"junk")

    assert answer.status_code == 422
    assert "This is not a whole calendar file." in main(answer)
    assert not BusyTime.objects.exists()


def test_a_calendar_that_was_brought_in_is_removed(own: House) -> None:
    reader = Reader(own)
    brought(reader)

    page = main(reader.after("/me/calendar/forget/"))

    assert "Removed. Its times are free again." in page
    assert not BusyTime.objects.exists()


def test_page_asks_as_often_with_one_busy_time_as_with_thirty(own: House) -> None:
    reader = Reader(own)
    days = (f"DTSTART:202704{n + 1:02}T080000Z" for n in range(30))

    def asked(content: bytes) -> int:
        brought(reader, content)
        with CaptureQueriesContext(connection) as captured:
            reader.get("/me/calendar/")
        return len(captured)

    assert asked(OUTER) == asked(calendar(*(event(day, "DURATION:PT1H") for day in days)))


def test_leave_of_whole_days_takes_the_last_one_too(own: House) -> None:
    Reader(own).post(
        "/block/",
        resource=own.specialist.public_id,
        reason="leave",
        from_on="08.03.2027",
        until_on="09.03.2027",
    )
    block = Booking.objects.latest("pk")
    ends_at = clock.midnight(date(2027, 3, 10))
    assert (block.starts_at, block.ends_at) == (clock.midnight(date(2027, 3, 8)), ends_at)


def test_leave_over_a_session_is_refused_and_names_it(own: House) -> None:
    answer = Reader(own).post(
        "/block/", resource=own.specialist.public_id, reason="leave", from_on="01.03.2027"
    )
    assert answer.status_code == 422
    assert own.mother.full_name in main(answer)
    assert page_of(own.booking) in answer.content.decode()


def test_a_block_is_lifted(own: House) -> None:
    reader = Reader(own)
    page = reader.after(
        "/block/",
        resource=own.specialist.public_id,
        reason="leave",
        from_on="09.03.2027",
        from_at="13",
        until_at="17",
    )
    block = Booking.objects.latest("pk")
    assert page.redirect_chain == [(page_of(block), 302)]
    reader.post(f"{page_of(block)}cancel/", version=block.version, party="centre")
    assert fresh(block).status == Status.CANCELLED


def test_nobody_blocks_a_colleague_or_a_room_without_running_the_centre(own: House) -> None:
    for resource in (own.colleague, own.room):
        answer = Reader(own).post(
            "/block/", resource=resource.public_id, reason="leave", from_on="09.03.2027"
        )
        assert "This is not one of the choices." in text(answer)
    Reader(own, "manager").post(
        "/block/", resource=own.room.public_id, reason="maintenance", from_on="09.03.2027"
    )
    assert Booking.objects.latest("pk").kind == Booking.Kind.BLOCK
