"""The public calendar of a workshop: what it tells, whom, and when it is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from icalendar import Calendar

from base import clock
from people.models import Centre, Role, User
from scheduling.models import Service
from tests.support import building
from tests.support.building import at
from tests.support.calling import Api, browser
from tests.workshops import building as made
from tests.workshops.building import FIRST, MONDAY
from workshops import attendance, sessions
from workshops.models import Group, Workshop

pytestmark = pytest.mark.django_db

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
NAME = "Арт-ателие"


class Atelier:
    """Two groups of one workshop that is public, with a child in the first; one session is
    cancelled and made up for."""

    def __init__(self) -> None:
        self.centre: Centre = building.centre()
        Centre.objects.filter(pk=self.centre.pk).update(public_name="Пристан")
        self.by: User = building.user(self.centre, Role.Name.MANAGER)
        self.workshop: Workshop = made.workshop(self.centre, capacity=3, is_public=True)
        Service.objects.filter(pk=self.workshop.service_id).update(name=NAME)
        self.group: Group = made.group(self.workshop, by=self.by)
        self.other: Group = made.group(self.workshop, by=self.by, starts_at=at(FIRST, 14))
        self.child = made.child(self.centre)
        self.child.given_name, self.child.family_name = "Звездомира", "Кехлибарова"
        self.child.save()
        made.enrol(self.group, self.child, by=self.by)
        off = sessions.cancel_session(self.group.sessions.all()[1], by=self.by, reason="ремонт")
        sessions.make_up(off, starts_at=at(FIRST + WEEK + DAY, 10), by=self.by)

    @property
    def path(self) -> str:
        return f"/public/{self.workshop.public_id}.ics"

    def get(self, **headers: str) -> Any:
        return browser().get(self.path, headers=headers)

    def text(self) -> str:
        return self.get().content.decode().replace("\r\n ", "")

    def told(self) -> list[tuple[Any, ...]]:
        return told(self.text())

    def as_the_interface_has_it(self) -> list[tuple[Any, ...]]:
        found = []
        for weeks in (-9, 2):  # a window of the interface is a hundred days long
            first = FIRST + weeks * WEEK
            window = {"from": first, "to": first + 11 * WEEK, "page_size": 500}
            found += Api(self.by).get("sessions/", window).json()["results"]
        status = {"confirmed": "CONFIRMED", "closed": "CONFIRMED", "cancelled": "CANCELLED"}
        return [
            (
                one["id"],
                datetime.fromisoformat(one["starts_at"]),
                datetime.fromisoformat(one["ends_at"]),
                status[one["status"]],
            )
            for one in found
        ]


def told(text: str) -> list[tuple[Any, ...]]:
    found = [
        (str(e["UID"]).removesuffix("@pristan"), e["DTSTART"].dt, e["DTEND"].dt, str(e["STATUS"]))
        for e in Calendar.from_ical(text).walk("VEVENT")
    ]
    return sorted(found, key=lambda one: one[1])


@pytest.fixture
def atelier() -> Atelier:
    return Atelier()


# What it tells


def test_it_has_the_sessions_of_all_its_groups(atelier: Atelier) -> None:
    found = atelier.told()

    assert sorted(found) == sorted(atelier.as_the_interface_has_it())
    assert (len(found), [status for *_, status in found].count("CANCELLED")) == (17, 1)


def test_every_session_is_called_as_the_workshop_is(atelier: Atelier) -> None:
    events = Calendar.from_ical(atelier.text()).walk("VEVENT")

    assert {str(e["SUMMARY"]) for e in events} == {NAME}
    assert {str(e["CLASS"]) for e in events} == {"PUBLIC"}


@pytest.mark.parametrize(("public", "name"), [("Пристан", f"{NAME} · Пристан"), ("", NAME)])
def test_it_has_the_public_name_of_the_centre_alone(atelier: Atelier, public, name) -> None:
    Centre.objects.update(public_name=public)

    assert str(Calendar.from_ical(atelier.text())["X-WR-CALNAME"]) == name


def test_it_names_nobody_and_no_place(atelier: Atelier) -> None:
    term = atelier.group.series.terms.get()
    room = atelier.workshop.service.resources.get(kind="room")
    room.name = "Синята стая"
    room.save()
    names = [term.lead.name, atelier.child.given_name, atelier.child.family_name]
    names += [
        room.name,
        atelier.centre.name,
        atelier.centre.municipality,
        atelier.group.name,
        "ремонт",
    ]
    ids = [term.lead, room, atelier.child, atelier.group, atelier.centre, atelier.group.series]
    telling = [*names, *(str(one.public_id) for one in ids)]
    telling += ["LOCATION", "DESCRIPTION", "ATTENDEE", "ORGANIZER", "CATEGORIES", "URL", "COMMENT"]

    text = atelier.text() + str(atelier.get().headers)

    assert [word for word in telling if word in text] == []


def test_who_comes_changes_nothing(atelier: Atelier) -> None:
    before = atelier.text()

    made.enrol(atelier.group, made.child(atelier.centre), by=atelier.by)

    assert atelier.text() == before


@pytest.mark.parametrize(
    ("days", "count"),
    [(30, 17), (31, 15), (32, 15)],  # both groups' first sessions leave on one day
)
def test_it_reaches_thirty_days_back(atelier: Atelier, days: int, count: int) -> None:
    with clock.frozen(at(FIRST + timedelta(days=days), 8)):
        assert len(atelier.told()) == count


def test_what_was_held_is_told_as_any_other(atelier: Atelier) -> None:
    session = atelier.group.sessions.all()[0]
    with clock.frozen(at(FIRST, 11)):
        attendance.note_attendance(session, {atelier.child: "attended"}, by=atelier.by)
        assert {status for *_, status in atelier.told()[:2]} == {"CONFIRMED"}


def test_another_workshop_is_not_in_it(atelier: Atelier) -> None:
    before = atelier.told()

    made.group(made.workshop(atelier.centre, is_public=True), by=atelier.by)

    assert atelier.told() == before


# Whom


def test_nobody_need_log_in_and_no_cookie_is_set(atelier: Atelier) -> None:
    answer = atelier.get()

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not answer.cookies


def test_no_workshop_is_public_by_itself(atelier: Atelier) -> None:
    workshop = made.workshop(atelier.centre)

    assert browser().get(f"/public/{workshop.public_id}.ics").status_code == 404


def test_permission_withdrawn_counts_at_once(atelier: Atelier) -> None:
    tag = atelier.get()["ETag"]
    answer = Api(atelier.by).patch(f"workshops/{atelier.workshop.public_id}/", {"is_public": False})
    assert (answer.status_code, answer.json()["calendar"]) == (200, None)

    assert [atelier.get().status_code, atelier.get(If_None_Match=tag).status_code] == [404, 404]


def test_the_interface_gives_the_address_of_what_is_public(atelier: Atelier) -> None:
    found = Api(atelier.by).get(f"workshops/{atelier.workshop.public_id}/").json()

    assert found["calendar"] == settings.PUBLIC_URL + atelier.path


def test_unknown_and_private_are_one_answer(atelier: Atelier) -> None:
    private = made.workshop(atelier.centre).public_id
    names = (f"{private}.ics", f"{uuid4()}.ics", "x.ics", "", f"{atelier.workshop.public_id}")

    answers = [browser().get(f"/public/{name}") for name in names]

    assert {(one.status_code, one.content, one["X-Robots-Tag"]) for one in answers} == {
        (404, b"", "noindex, nofollow, noarchive")
    }


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_changed_there(atelier: Atelier, method: str) -> None:
    assert getattr(browser(), method)(atelier.path).status_code == 405


def test_nobody_is_to_index_it_or_to_keep_it_unasked(atelier: Atelier) -> None:
    answer = atelier.get()

    found = {name: answer[name] for name in ("X-Robots-Tag", "Cache-Control", "Referrer-Policy")}
    assert found == {
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }


# How often


@pytest.mark.parametrize("given", ["same", "weak", "any"])
def test_it_is_not_sent_again_while_nothing_changed(atelier: Atelier, given: str) -> None:
    tag = atelier.get()["ETag"]
    tag = {"same": tag, "weak": f'"x", W/{tag}', "any": "*"}[given]

    answer = atelier.get(If_None_Match=tag)

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("change", ["cancel", "move", "rename", "public name"])
def test_whatever_it_tells_changes_its_tag(atelier: Atelier, change: str) -> None:
    tag = atelier.get()["ETag"]
    session = atelier.group.sessions.all()[3]

    match change:
        case "cancel":
            sessions.cancel_session(session, by=atelier.by)
        case "move":
            sessions.move_session(session, starts_at=at(FIRST + 3 * WEEK, 16), by=atelier.by)
        case "rename":
            Service.objects.filter(pk=atelier.workshop.service_id).update(name="Арт")
        case "public name":
            Centre.objects.update(public_name="Друг")

    assert atelier.get(If_None_Match=tag).status_code == 200


def test_so_many_queries_for_one_session_as_for_thirty(
    atelier: Atelier, django_assert_num_queries: Any
) -> None:
    few = made.workshop(atelier.centre, is_public=True)
    made.group(few, by=atelier.by, until=FIRST)
    for hour in (9, 12):
        made.group(atelier.workshop, by=atelier.by, starts_at=at(MONDAY + WEEK, hour))
    assert len(atelier.told()) == 33

    for workshop, count in ((few, 1), (atelier.workshop, 33)):
        with django_assert_num_queries(2):
            answer = browser().get(f"/public/{workshop.public_id}.ics")
        assert len(told(answer.content.decode())) == count
