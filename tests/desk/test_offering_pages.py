"""The pages of what a centre offers, and of school vacations, as a browser without scripts gets
them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from base import clock
from people.models import Centre, Role, User
from scheduling.models import SchoolVacation
from tests.desk.test_pages import browser
from tests.desk.test_stay_pages import plain
from tests.support import building
from tests.support.building import MONDAY, at
from tests.workshops import building as made
from tests.workshops.building import FIRST
from workshops import groups, offering
from workshops.catalogue import ATELIERS
from workshops.models import Workshop

pytestmark = pytest.mark.django_db


class Office:
    """A new centre with one specialist and one room, and whoever coordinates it."""

    def __init__(self) -> None:
        self.centre: Centre = building.centre()
        self.by: User = building.user(self.centre, Role.Name.COORDINATOR)
        self.leader = building.specialist(self.centre, [])
        self.room = building.place(self.centre, [], seats=20)
        self.client = browser(self.by)

    def reader(self, role: str) -> Any:
        return browser(building.user(self.centre, Role.Name(role)))

    def read(self, path: str, client: Any = None, **asked: Any) -> str:
        return plain((client or self.client).get(path, asked))

    def post(self, path: str, **filled: Any) -> Any:
        return self.client.post(path, filled, follow=True)

    def own(self, **changed: Any) -> dict[str, Any]:
        return {
            "name": "Theatre",
            "duration": 60,
            "buffer": 15,
            "capacity": 6,
            "least_adults": 1,
            "offer_hours": 24,
            "leaders": [self.leader.public_id],
            "rooms": [self.room.public_id],
            **changed,
        }


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with clock.frozen(at(MONDAY, 8)):
        yield


@pytest.fixture
def office() -> Office:
    return Office()


def filled(answer: Any) -> dict[str, Any]:
    """What stands in the form of a page."""
    form = answer.context["form"]
    return {field.name: value for field in form if (value := field.value()) not in (None, "")}


# What the centre offers


def test_the_week_and_a_new_group_lead_there(office: Office) -> None:
    for path in ("/workshops/", "/groups/new/"):
        assert 'href="/workshops/offered/"' in office.client.get(path).content.decode()


def test_a_new_centre_has_the_catalogue_before_it(office: Office) -> None:
    page = office.read("/workshops/offered/")

    assert [one.name for one in ATELIERS if one.name not in page] == []
    assert "No workshop yet." in page


def test_what_is_taken_is_offered_no_second_time(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="culture")

    html = office.client.get("/workshops/offered/").content.decode()

    assert f'href="/workshops/{one.public_id}/"' in html
    assert ("code=culture" in html, "code=fitness" in html) == (False, True)


def test_the_others_see_what_is_offered_and_no_catalogue(office: Office) -> None:
    offering.offer_workshop(office.centre, code="culture")

    page = office.read("/workshops/offered/", office.reader("psychologist"))

    assert ("Култура" in page, "Фитнес" in page, "catalogue" in page) == (True, False, False)


# Offering


def test_one_of_the_catalogue_is_offered_as_it_stands(office: Office) -> None:
    form = filled(office.client.get("/workshops/new/", {"code": "fitness"}))

    page = plain(office.post("/workshops/new/", **form))

    workshop = Workshop.objects.get()
    assert (workshop.service.code, workshop.least_age, workshop.capacity) == ("fitness", 11, 8)
    assert "Offered. Groups may be opened for it." in page


def test_one_of_its_own_is_offered_and_a_group_opened(office: Office) -> None:
    office.post("/workshops/new/", **office.own())
    workshop = Workshop.objects.get()
    page = office.read("/groups/new/", workshop=workshop.public_id)

    assert (workshop.name, workshop.service.initials) == ("Theatre", "TH")
    assert (office.leader.name in page, office.room.name in page) == (True, True)


def test_the_button_pressed_twice_offers_once(office: Office) -> None:
    form = office.own(once="7f1d0a58-6f3c-4a6e-9d7a-5b9d2f0f2b11")

    pages = [office.post("/workshops/new/", **form) for _ in range(2)]

    assert [one.status_code for one in pages] == [200, 200]
    assert Workshop.objects.count() == 1


def test_a_refusal_keeps_what_was_typed(office: Office) -> None:
    offering.offer_workshop(office.centre, code="culture")

    answer = office.post("/workshops/new/", **office.own(name="култура", capacity=9))

    page = plain(answer)
    assert answer.status_code == 422
    assert "A workshop of your centre is called so already. Choose another name." in page
    assert 'name="capacity" value="9"' in answer.content.decode()


def test_ages_are_refused_in_words(office: Office) -> None:
    answer = office.post("/workshops/new/", **office.own(least_age=9, most_age=8))

    assert answer.status_code == 422
    assert "The least age cannot be above the most." in plain(answer)


def test_who_runs_two_centres_says_in_which(office: Office) -> None:
    other = building.centre()
    Role.objects.create(
        user=office.by, centre=other, name=Role.Name.MANAGER, from_on=date(2020, 1, 1)
    )
    asked = {"code": "culture"}

    page = office.read("/workshops/new/", **asked)
    form = filled(office.client.get("/workshops/new/", {**asked, "centre": other.public_id}))
    office.post("/workshops/new/", **form | {"centre": other.public_id})

    assert "In which centre?" in page
    assert Workshop.objects.get().centre == other


def test_a_foreign_centre_cannot_be_named(office: Office) -> None:
    foreign = building.centre()

    answer = office.post("/workshops/new/", **office.own(centre=foreign.public_id))

    assert answer.status_code == 422
    assert not Workshop.objects.exists()


# One workshop


def test_whoever_sets_up_changes_it(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="culture")
    path = f"/workshops/{one.public_id}/"

    form = filled(office.client.get(path))
    page = plain(office.post(path, **form | {"capacity": 5, "rooms": [office.room.public_id]}))

    one.refresh_from_db()
    assert (one.capacity, one.version) == (5, 2)
    assert ("Kept." in page, office.room.name in page) == (True, True)


def test_the_form_unchanged_changes_nothing(office: Office) -> None:
    one = offering.offer_workshop(
        office.centre, code="foster-and-adoptive-parents", leaders=[office.leader]
    )
    before = Workshop.objects.values().get(), one.service.__class__.objects.values().get()
    path = f"/workshops/{one.public_id}/"

    office.post(path, **filled(office.client.get(path)))

    after = Workshop.objects.values().get(), one.service.__class__.objects.values().get()
    same = [{**row, "version": 1, "updated_at": None} for row in (*before, *after)]
    assert same[:2] == same[2:]


def test_a_stale_form_is_refused(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="culture")
    path = f"/workshops/{one.public_id}/"
    form = filled(office.client.get(path))
    offering.change_workshop(one, capacity=3)

    answer = office.post(path, **form)

    assert answer.status_code == 422
    assert "Somebody changed this meanwhile" in plain(answer)
    one.refresh_from_db()
    assert one.capacity == 3


def test_what_is_offered_no_more_opens_no_group(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="culture")
    path = f"/workshops/{one.public_id}/"
    form = filled(office.client.get(path))
    del form["is_offered"]

    page = plain(office.post(path, **form))

    assert "not offered any more" in page
    assert one.name not in office.read("/groups/new/")
    assert "Not offered any more" in office.read("/workshops/offered/")


def test_the_others_read_it_without_a_form(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="fitness", leaders=[office.leader])
    client = office.reader("leader")

    page = office.read(f"/workshops/{one.public_id}/", client)

    shown = ("from 11 years", "at 11 we ask", "60 minutes", office.leader.name)
    assert [words for words in shown if words not in page] == []
    assert "Change the workshop" not in page


def test_the_public_address_is_shown_where_it_is_allowed(office: Office) -> None:
    one = offering.offer_workshop(office.centre, code="culture")
    path, client = f"/workshops/{one.public_id}/", office.reader("psychologist")
    address = f"/public/{one.public_id}.ics"
    before = address in client.get(path).content.decode()

    office.post(path, **filled(office.client.get(path)) | {"is_public": "on"})

    html = client.get(path).content.decode()
    assert (before, address in html) == (False, True)
    assert browser().get(address).status_code == 200


# School vacations


def add(office: Office, **changed: Any) -> Any:
    asked = {
        "act": "vacation",
        "name": "Пролетна",
        "from_on": "03.04.2027",
        "until_on": "11.04.2027",
    }
    return office.post("/hours/", **asked | changed)


def test_a_vacation_is_added_with_its_days(office: Office) -> None:
    page = plain(add(office))

    found = SchoolVacation.objects.get()
    assert (found.centre, found.name) == (office.centre, "Пролетна")
    assert (found.from_on, found.until_on) == (date(2027, 4, 3), date(2027, 4, 11))
    assert "Added. Groups that are opened from now on skip it." in page


def test_groups_skip_it_by_its_name(office: Office) -> None:
    add(office, from_on=f"{FIRST:%d.%m.%Y}", until_on=f"{FIRST + timedelta(days=6):%d.%m.%Y}")
    workshop = made.workshop(office.centre)

    _places, refusals = groups.preview_group(made.timetable(workshop), by=office.by)

    assert [(one.error.code, one.error.facts["name"]) for one in refusals] == [
        ("closed", "Пролетна")
    ]


@pytest.mark.parametrize(
    ("from_on", "until_on", "said"),
    [
        ("05.04.2027", "04.04.2027", "cannot come before its first"),
        ("01.04.2027", "10.07.2027", "shorter than 100 days"),
        ("11.04.2027", "20.04.2027", "Some of those days are “Пролетна” already."),
        ("05.04.2027", "05.04.2027", "Some of those days are “Пролетна” already."),
        ("x", "05.04.2027", "Write the date as 22.11.2026."),
        ("", "05.04.2027", "This field is required."),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(office, from_on, until_on, said) -> None:
    add(office)

    answer = add(office, name="Друга", from_on=from_on, until_on=until_on)

    assert answer.status_code == 422
    assert said in plain(answer)
    assert SchoolVacation.objects.count() == 1


@pytest.mark.parametrize(
    ("from_on", "until_on"),
    [("12.04.2027", "12.04.2027"), ("02.04.2027", "02.04.2027"), ("12.04.2027", "20.07.2027")],
)
def test_days_beside_another_are_taken(office: Office, from_on: str, until_on: str) -> None:
    add(office)
    add(office, from_on=from_on, until_on=until_on)

    assert SchoolVacation.objects.count() == 2


def test_whoever_adds_one_is_told_of_sessions_booked_on_it(office: Office) -> None:
    made.group(made.workshop(office.centre), by=office.by)
    made.group(made.workshop(office.centre), by=office.by, in_term_time=False)

    page = plain(add(office, from_on=f"{FIRST:%d.%m.%Y}", until_on=f"{FIRST:%d.%m.%Y}"))

    assert "1 session of a group in term time is booked on those days already." in page


def test_a_vacation_is_deleted(office: Office) -> None:
    add(office)

    page = plain(
        office.post("/hours/", act="forget-vacation", vacation=SchoolVacation.objects.get().pk)
    )

    assert not SchoolVacation.objects.exists()
    assert "Deleted." in page


@pytest.mark.parametrize("key", ["", "x", "-1", "99999999999999999999", "\x00", "0"])
def test_what_is_gone_already_is_said(office: Office, key: str) -> None:
    answer = office.post("/hours/", act="forget-vacation", vacation=key)

    assert (answer.status_code, "This vacation is gone already." in plain(answer)) == (200, True)


def test_another_centres_cannot_be_deleted(office: Office) -> None:
    foreign = SchoolVacation.objects.create(
        centre=building.centre(), name="x", from_on=MONDAY, until_on=MONDAY
    )

    office.post("/hours/", act="forget-vacation", vacation=foreign.pk)

    assert SchoolVacation.objects.filter(pk=foreign.pk).exists()


def test_another_centre_cannot_be_named(office: Office) -> None:
    add(office, centre=building.centre().public_id)

    assert not SchoolVacation.objects.exists()


@pytest.mark.parametrize("role", ["psychologist", "shelter", "leader", "data-officer"])
def test_the_others_read_them_alone(office: Office, role: str) -> None:
    add(office)
    client = office.reader(role)

    page = office.read("/hours/", client)
    answers = [
        client.post("/hours/", {"act": act}).status_code for act in ("vacation", "forget-vacation")
    ]

    assert ("Пролетна" in page, "Add a vacation" in page, answers) == (True, False, [403, 403])


def test_those_that_are_over_are_not_listed(office: Office) -> None:
    SchoolVacation.objects.create(
        centre=office.centre, name="Минала", from_on=date(2026, 12, 24), until_on=date(2027, 1, 3)
    )
    assert "Минала" not in office.read("/hours/")
