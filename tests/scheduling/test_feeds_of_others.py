"""Whose calendar an address may be of, what it tells whom, and when it ends."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from base import clock
from people.models import KinshipWall, Role, User
from scheduling import blocking, services
from scheduling.models import Booking, Feed, Resource, Service
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, problem
from tests.support.houses import NOW, House, house

pytestmark = pytest.mark.django_db

INITIALS, NAME = "ПсК", "Психологическо консултиране"


@pytest.fixture
def own():
    with clock.frozen(NOW):
        made = house("own")
        Service.objects.update(initials=INITIALS, name=NAME)
        yield made


def ask(user: User, **of: object) -> str:
    """The path of a new address."""
    answer = Api(user).post("feeds/", of)
    assert answer.status_code == 201, answer.content
    url: str = answer.json()["url"]
    return url[url.index("/feeds/") :]


def events(path: str) -> list[tuple[str, str]]:
    """Titles and states, in order."""
    text = browser().get(path).getvalue()
    return [(str(e["SUMMARY"]), str(e["STATUS"])) for e in Calendar.from_ical(text).walk("VEVENT")]


def titles(path: str) -> set[str]:
    return {title for title, _ in events(path)}


def what(own: House, name: str) -> dict[str, object]:
    if name == "centre":
        return {"centre": own.centre.public_id}
    return {"resource": getattr(own, name).public_id}


# Whose, by whom

MAY = """
# caller        specialist room vehicle unit centre resident
psychologist    201        201  201     404  201    404
stranger        201        201  201     404  201    404
coordinator     201        201  201     201  201    404
leader          201        201  201     404  201    404
shelter         201        201  201     201  201    404
manager         201        201  201     201  201    404
data-officer    201        201  201     404  201    404
superuser       404        404  404     404  404    404
foreign         404        404  404     404  404    404
"""


def rows() -> list[tuple[str, str, int]]:
    head, *lines = [line.split() for line in MAY.strip().splitlines()]
    return [
        (caller, name, int(status))
        for caller, *statuses in lines
        for name, status in zip(head[2:], statuses, strict=True)
    ]


@pytest.mark.parametrize(("caller", "name", "status"), rows())
def test_who_may_follow_what(own, caller, name, status):
    user = building.user(building.centre(), Role.Name.MANAGER)
    if caller != "foreign":
        user = own.staff[caller]
    of = what(own, name) if name != "resident" else {"resource": own.resident.residence.public_id}
    answer = Api(user).post("feeds/", of | {"detail": "busy"})
    assert answer.status_code == status
    if status == 201:
        url = answer.json()["url"]
        assert browser().get(url[url.index("/feeds/") :]).status_code == 200


def test_each_calendar_has_one_address(own):
    user = own.staff["coordinator"]
    first = ask(user, **what(own, "room"))
    others = [ask(user, **what(own, name), detail="busy") for name in ("unit", "centre")]
    again = ask(user, **what(own, "room"))

    found = [browser().get(path).status_code for path in (first, *others, again)]
    assert found == [404, 200, 200, 200]
    assert Feed.objects.filter(user=user).count() == 3


def test_two_readers_of_a_room_have_an_address_each(own):
    one, other = (ask(own.staff[name], **what(own, "room")) for name in ("leader", "shelter"))
    assert [browser().get(path).status_code for path in (one, other)] == [200, 200]


def test_a_resource_and_a_centre_are_not_named_together(own):
    both = what(own, "room") | what(own, "centre")
    assert problem(Api(own.staff["manager"]).post("feeds/", both)) == (400, "invalid")


# What it tells


def leave_out_groups():
    """Out of the diaries: sessions are known to others than the families are."""
    of_groups = (Booking.Kind.SESSION, Booking.Kind.PLACE)
    Booking.objects.filter(kind__in=of_groups).update(kind=Booking.Kind.LOAN)


@pytest.mark.parametrize("name", ["specialist", "room", "centre"])
@pytest.mark.parametrize(
    ("caller", "told"),
    [
        ("coordinator", {INITIALS}),
        ("psychologist", {INITIALS}),
        ("leader", {"заето"}),
        ("data-officer", {"заето"}),
    ],
)
def test_initials_are_for_whom_they_are_known_to(own, name, caller, told):
    leave_out_groups()
    assert titles(ask(own.staff[caller], **what(own, name))) == told


@pytest.mark.parametrize("name", ["specialist", "room", "centre"])
def test_kin_see_no_initials(own, name):
    leave_out_groups()
    assert titles(ask(own.staff["kin"], **what(own, name))) == {"заето"}


@pytest.mark.parametrize("name", ["specialist", "room", "centre"])
@pytest.mark.parametrize("change", ["wall", "role", "case"])
def test_who_may_know_less_is_told_less_at_once(own, name, change):
    user = own.staff["manager"]
    if change == "case":
        user = own.staff["stranger"]
        own.case.lead = user
        own.case.save()
    path = ask(user, **what(own, name))
    before = browser().get(path)
    assert titles(path) == {INITIALS}

    match change:
        case "wall":
            KinshipWall.objects.create(user=user, household=own.household)
        case "role":
            Role.objects.filter(user=user).update(name=Role.Name.LEADER)
        case "case":
            own.case.lead = own.specialist.user
            own.case.save()

    after = browser().get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "заето" in titles(path)


def test_the_name_of_a_service_stands_in_her_own_calendar_alone(own):
    user = own.specialist.user
    assert titles(ask(user, detail="full")) == {NAME}
    for name in ("room", "centre", "colleague"):
        answer = Api(user).post("feeds/", what(own, name) | {"detail": "full"})
        assert problem(answer) == (422, "full_only_in_own_calendar")


def test_a_unit_is_busy_and_nothing_else(own):
    user = own.staff["shelter"]
    for detail in ("discreet", "full"):
        answer = Api(user).post("feeds/", what(own, "unit") | {"detail": detail})
        assert answer.status_code == 422
    assert Api(user).post("feeds/", what(own, "unit")).json()["detail"] == "busy"


def unit_of(own: House) -> Resource:
    return Resource.objects.get(kind="unit", allocations__booking=own.stay.booking)


def test_a_unit_tells_when_it_is_taken_and_neither_where_nor_by_whom(own):
    unit = unit_of(own)
    path = ask(own.staff["shelter"], resource=unit.public_id)
    answer = browser().get(path)
    text = answer.getvalue().decode().replace("\r\n ", "")

    assert titles(path) == {"заето"}
    telling = [own.centre.name, own.centre.municipality, own.building.name, unit.name]
    telling += [own.resident.given_name, own.building.address or "no address", str(unit.public_id)]
    telling += [str(own.stay.public_id), "LOCATION", "DESCRIPTION", "X-WR-CALNAME", "CATEGORIES"]
    assert [word for word in telling if word in text + str(answer.headers)] == []


def test_a_stay_past_its_end_keeps_its_unit_busy_today(own):
    path = ask(own.staff["shelter"], resource=unit_of(own).public_id)
    with clock.frozen(NOW + timedelta(days=250)):
        own_stay = own.stay.booking
        assert own_stay is not None
        ends = [
            e["DTEND"].dt for e in Calendar.from_ical(browser().get(path).getvalue()).walk("VEVENT")
        ]
        assert clock.day_bounds(clock.today())[1] in ends


def test_a_room_out_of_service_is_busy_in_its_calendar(own):
    user = own.staff["coordinator"]
    path = ask(user, **what(own, "room"))
    tag = browser().get(path).headers["ETag"]
    blocking.block_resource(
        own.room,
        centre_id=own.centre.pk,
        starts_at=at(MONDAY + timedelta(days=2), 9),
        ends_at=at(MONDAY + timedelta(days=2), 11),
        reason=Booking.BlockReason.MAINTENANCE,
        by=user,
    )
    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 200
    assert ("заето", "CONFIRMED") in events(path)


@pytest.mark.parametrize("change", ["cancel", "block", "outcome"])
def test_whatever_changes_in_a_centre_changes_its_tag(own, change):
    user = own.staff["coordinator"]
    path = ask(user, **what(own, "centre"))
    tag = browser().get(path).headers["ETag"]
    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 304

    match change:
        case "cancel":
            services.cancel_booking(own.booking, by=user, party=Booking.Party.CLIENT)
        case "block":
            blocking.block_resource(
                own.vehicle,
                centre_id=own.centre.pk,
                starts_at=at(MONDAY + timedelta(days=2), 9),
                ends_at=at(MONDAY + timedelta(days=2), 11),
                reason=Booking.BlockReason.OTHER,
                by=user,
            )
        case "outcome":
            Api(user).post(
                f"bookings/{own.past.public_id}/outcome/",
                {"outcomes": [{"person": own.mother.public_id, "outcome": "attended"}]},
            )

    assert browser().get(path, headers={"If-None-Match": tag}).status_code == 200


def test_a_centre_tells_its_own_hours_alone(own):
    foreign = house("foreign")
    mine = ask(own.staff["coordinator"], **what(own, "centre"))
    hours = Booking.objects.filter(centre=own.centre, kind__in=Booking.Kind.of_hours())
    assert foreign.centre != own.centre
    assert len(events(mine)) == hours.count()


# When it ends


@pytest.mark.parametrize("name", ["specialist", "room", "centre", "unit"])
def test_an_address_ends_with_the_role(own, name):
    user = own.staff["manager"]
    path = ask(user, **what(own, name))
    assert browser().get(path).status_code == 200

    Role.objects.filter(user=user).update(until_on=clock.today() - timedelta(days=1))

    assert browser().get(path).status_code == 404


def test_her_own_address_ends_with_her_last_role(own):
    path = ask(own.specialist.user)
    Role.objects.filter(user=own.specialist.user).delete()
    assert browser().get(path).status_code == 404


def test_who_shelters_no_more_has_no_unit(own):
    user = own.staff["shelter"]
    path, room = ask(user, **what(own, "unit")), ask(user, **what(own, "room"))
    Role.objects.filter(user=user).update(name=Role.Name.PSYCHOLOGIST)
    assert [browser().get(one).status_code for one in (path, room)] == [404, 200]


def test_a_colleague_who_left_has_no_calendar(own):
    path = ask(own.staff["coordinator"], **what(own, "specialist"))
    Role.objects.filter(user=own.specialist.user).update(until_on=clock.today() - timedelta(days=1))
    assert browser().get(path).status_code == 404


@pytest.mark.parametrize("name", ["room", "unit"])
def test_a_resource_that_is_used_no_more_has_no_calendar(own, name):
    path = ask(own.staff["manager"], **what(own, name))
    resource = getattr(own, name)
    resource.is_active = False
    resource.save()
    assert browser().get(path).status_code == 404


@pytest.mark.parametrize("name", ["specialist", "room", "centre", "unit"])
def test_a_poll_without_news_is_one_query(own, name, django_assert_num_queries):
    path = ask(own.staff["manager"], **what(own, name))
    tag = browser().get(path).headers["ETag"]
    with django_assert_num_queries(1):
        browser().get(path, headers={"If-None-Match": tag})
