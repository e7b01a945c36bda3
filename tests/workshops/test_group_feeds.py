"""Calendar addresses of groups: whose they are, what they tell, when they end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from base import clock
from people.models import Role, User
from scheduling.models import Booking, Feed, Service
from tests.support import building
from tests.support.building import at
from tests.support.calling import Api, browser, problem
from tests.workshops import building as made
from tests.workshops.building import FIRST
from workshops import groups, sessions
from workshops.models import Group, Session

pytestmark = pytest.mark.django_db

INITIALS, NAME = "АТ", "Арт-ателие"
WEEK = timedelta(weeks=1)


@pytest.fixture
def group() -> Group:
    """Eight Mondays, the second cancelled and made up for on the Tuesday after, with a child."""
    centre = building.centre()
    by = building.user(centre, Role.Name.COORDINATOR)
    group = made.group(made.workshop(centre, capacity=3), by=by)
    Service.objects.filter(pk=group.workshop.service_id).update(initials=INITIALS, name=NAME)
    made.enrol(group, made.child(centre), by=by)
    second = group.sessions.all()[1]
    off = sessions.cancel_session(second, by=by)
    sessions.make_up(off, starts_at=at(FIRST + WEEK + timedelta(days=1), 10), by=by)
    return Group.objects.select_related("workshop__centre", "series").get(pk=group.pk)


def user_of(group: Group, role: str) -> User:
    return building.user(group.workshop.centre, Role.Name(role))


def leader_of(group: Group) -> User:
    return group.series.terms.get().lead.user


def ask(user: User, **of: object) -> str:
    answer = Api(user).post("feeds/", of)
    assert answer.status_code == 201, answer.content
    url: str = answer.json()["url"]
    return url[url.index("/feeds/") :]


def follow(user: User, group: Group, **asked: object) -> str:
    return ask(user, series=group.series.public_id, **asked)


def text(path: str) -> str:
    return browser().get(path).getvalue().decode().replace("\r\n ", "")


def events(path: str) -> list[Any]:
    return sorted(Calendar.from_ical(text(path)).walk("VEVENT"), key=lambda e: e["DTSTART"].dt)


def told(path: str) -> list[tuple[Any, ...]]:
    return [
        (str(e["UID"]).removesuffix("@pristan"), e["DTSTART"].dt, e["DTEND"].dt, str(e["STATUS"]))
        for e in events(path)
    ]


def as_the_interface_has_them(user: User, group: Group) -> list[tuple[Any, ...]]:
    first, last = FIRST - 4 * WEEK, FIRST + 10 * WEEK
    window = {"from": first, "to": last, "group": group.public_id, "page_size": 100}
    found = Api(user).get("sessions/", window).json()["results"]
    status = {"confirmed": "CONFIRMED", "closed": "CONFIRMED", "cancelled": "CANCELLED"}
    instant = datetime.fromisoformat
    return [
        (
            one["booking"],
            instant(one["starts_at"]),
            instant(one["ends_at"]),
            status[one["status"]],
        )
        for one in found
    ]


# What the leader's own calendar has


def test_her_own_calendar_has_the_groups_she_leads(group: Group) -> None:
    leader = leader_of(group)

    found = told(ask(leader))

    assert found == as_the_interface_has_them(leader, group)
    assert [status for *_, status in found].count("CANCELLED") == 1


@pytest.mark.parametrize(("detail", "title"), [("discreet", INITIALS), ("full", NAME)])
def test_her_own_calendar_is_as_discreet_as_she_asked(group: Group, detail, title) -> None:
    assert {str(e["SUMMARY"]) for e in events(ask(leader_of(group), detail=detail))} == {title}


@pytest.mark.parametrize("of", ["own", "group"])
def test_nobody_who_comes_stands_in_it(group: Group, of: str) -> None:
    leader = leader_of(group)
    path = ask(leader, detail="full") if of == "own" else follow(leader, group)
    person = group.enrolments.get().person
    person.given_name, person.family_name = "Звездомира", "Кехлибарова"
    person.save()
    seat = Booking.objects.filter(kind=Booking.Kind.PLACE).first()
    assert seat is not None
    telling = [person.given_name, person.family_name, str(person.public_id), str(seat.public_id)]
    telling += [group.workshop.centre.name, "LOCATION", "DESCRIPTION", "ATTENDEE", "ORGANIZER"]

    assert [word for word in telling if word in text(path)] == []


# A group's calendar


def test_a_groups_calendar_has_what_the_interface_has(group: Group) -> None:
    other = made.group(group.workshop, by=leader_of(group), starts_at=at(FIRST, 14))
    reader = user_of(group, "psychologist")

    found = told(follow(reader, group))

    assert found == as_the_interface_has_them(reader, group)
    assert len(found) == 9
    assert other.sessions.count() == 8


@pytest.mark.parametrize(
    "role", ["psychologist", "coordinator", "shelter", "leader", "manager", "data-officer"]
)
def test_whoever_sees_the_group_may_follow_it(group: Group, role: str) -> None:
    user = user_of(group, role)
    sees = Api(user).get(f"groups/{group.public_id}/").status_code
    path = follow(user, group)

    assert (sees, {str(e["SUMMARY"]) for e in events(path)}) == (200, {INITIALS})


@pytest.mark.parametrize("detail", ["busy", "discreet"])
def test_it_tells_no_more_than_was_asked(group: Group, detail: str) -> None:
    path = follow(user_of(group, "psychologist"), group, detail=detail)

    assert {str(e["SUMMARY"]) for e in events(path)} == {"заето" if detail == "busy" else INITIALS}


def test_the_name_is_for_her_own_calendar_alone(group: Group) -> None:
    asked = {"series": group.series.public_id, "detail": "full"}

    answer = Api(leader_of(group)).post("feeds/", asked)

    assert problem(answer) == (422, "full_only_in_own_calendar")


def test_another_centre_has_nothing_to_follow(group: Group) -> None:
    stranger = building.user(building.centre(), Role.Name.MANAGER)

    answer = Api(stranger).post("feeds/", {"series": group.series.public_id})

    assert problem(answer) == (404, "not_found")


def test_a_familys_series_is_nobodys_to_follow(group: Group) -> None:
    group.series.kind = Booking.Kind.CONSULTATION
    group.series.save()

    answer = Api(user_of(group, "manager")).post("feeds/", {"series": group.series.public_id})

    assert problem(answer) == (404, "not_found")


def test_a_group_and_a_centre_are_not_named_together(group: Group) -> None:
    both = {"series": group.series.public_id, "centre": group.workshop.centre.public_id}

    assert problem(Api(user_of(group, "manager")).post("feeds/", both)) == (400, "invalid")


def test_each_group_has_one_address(group: Group) -> None:
    other = made.group(group.workshop, by=leader_of(group), starts_at=at(FIRST, 14))
    user = user_of(group, "manager")
    first, beside, again = (follow(user, one) for one in (group, other, group))

    assert [browser().get(one).status_code for one in (first, beside, again)] == [404, 200, 200]


def test_the_token_is_kept_nowhere(group: Group) -> None:
    path = follow(user_of(group, "manager"), group)
    token = path.removeprefix("/feeds/").removesuffix(".ics")

    assert token not in str(Feed.objects.values())


def test_it_is_revoked_at_once(group: Group) -> None:
    user = user_of(group, "manager")
    path = follow(user, group)
    (listed,) = Api(user).get("feeds/").json()["results"]

    assert listed["series"] == str(group.series.public_id)
    assert Api(user).delete(f"feeds/{listed['id']}/").status_code == 204
    assert browser().get(path).status_code == 404


def test_it_ends_with_the_role(group: Group) -> None:
    user = user_of(group, "manager")
    path = follow(user, group)

    Role.objects.filter(user=user).update(until_on=clock.today() - timedelta(days=1))

    assert browser().get(path).status_code == 404


@pytest.mark.parametrize("change", ["cancel", "move", "make up", "move what makes up", "rename"])
def test_whatever_changes_in_the_group_changes_its_tag(group: Group, change: str) -> None:
    user = user_of(group, "coordinator")
    path = follow(user, group)
    tag = browser().get(path).headers["ETag"]
    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 304
    held = list(Session.objects.filter(group=group).order_by("booking__starts_at"))
    making_up = next(one for one in held if one.makes_up_for_id)

    match change:
        case "cancel":
            sessions.cancel_session(held[4], by=user)
        case "move":
            sessions.move_session(held[4], starts_at=at(FIRST + 3 * WEEK, 14), by=user)
        case "make up":
            sessions.cancel_session(making_up, by=user)
        case "move what makes up":
            to = at(FIRST + WEEK + timedelta(days=2), 10)
            sessions.move_session(making_up, starts_at=to, by=user)
        case "rename":
            Service.objects.filter(pk=group.workshop.service_id).update(initials="ХХ")

    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 200
    assert told(path) == as_the_interface_has_them(user, group)


def test_another_group_changes_nothing(group: Group) -> None:
    user = user_of(group, "coordinator")
    other = made.group(group.workshop, by=user, starts_at=at(FIRST, 14))
    path = follow(user, group)
    tag = browser().get(path).headers["ETag"]

    groups.change_group(other, by=user, name="Another")
    sessions.cancel_session(other.sessions.all()[2], by=user)

    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_poll_without_news_is_one_query(group: Group, django_assert_num_queries: Any) -> None:
    path = follow(user_of(group, "manager"), group)
    tag = browser().get(path).headers["ETag"]

    with django_assert_num_queries(1):
        browser().get(path, headers={"If-None-Match": tag})


def test_what_was_cancelled_is_told_for_a_month(group: Group) -> None:
    path = follow(user_of(group, "manager"), group)
    with clock.frozen(at(FIRST - timedelta(days=7), 8) + timedelta(days=32)):
        found = {status for *_, status in told(path)}

    assert found == {"CONFIRMED"}


# Its pages


def test_the_groups_page_leads_to_its_calendar(group: Group) -> None:
    client = browser(user_of(group, "psychologist"))
    page = client.get(f"/groups/{group.public_id}/").content.decode()
    address = f"/me/calendar/?of={group.series.public_id}"
    form = client.get(address).content.decode()

    assert f'href="{address}#make"' in page
    assert f'<option value="{group.series.public_id}" selected>{group.name}</option>' in form


def test_the_page_of_addresses_lists_it_by_name(group: Group) -> None:
    client = browser(user_of(group, "psychologist"))
    asked = {"of": group.series.public_id, "detail": "discreet"}
    made_page = client.post("/me/calendar/", asked).content.decode()
    listed = client.get("/me/calendar/").content.decode()

    assert "/feeds/" in made_page
    assert f'<span class="title">{group.name}</span>' in listed


def test_a_group_that_is_over_is_listed_and_offered_no_more(group: Group) -> None:
    user = user_of(group, "psychologist")
    follow(user, group)
    with clock.frozen(at(FIRST + 12 * WEEK, 8)):
        page = browser(user).get("/me/calendar/").content.decode()

    assert f'<span class="title">{group.name}</span>' in page
    assert f'value="{group.series.public_id}"' not in page
