"""The shelter's pages as a browser without scripts gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from base import clock
from people.models import Role
from rooms import board, lending, reserving, selectors, services
from rooms.models import Loan, Stay
from rooms.nights import DAY, tonight
from rooms.selectors import StayLeg
from scheduling.models import Resource
from tests.rooms import building as rooms_building
from tests.rooms.building import ADDRESS, ask, family, nights, resident
from tests.support import building, calling
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db
NIGHT = at(MONDAY, 3)
"""Three in the morning: it is still Sunday's night."""


class Shelter:
    """A centre with two units, its shelter worker logged in."""

    def __init__(self) -> None:
        self.centre = building.centre()
        self.small = rooms_building.unit(self.centre, name="Small", beds=2)
        self.large = rooms_building.unit(self.centre, name="Large", beds=4)
        self.worker = building.user(self.centre, Role.Name.SHELTER)
        self.client = self.browser(self.worker)

    @staticmethod
    def browser(user: Any) -> Client:
        client = calling.browser(user)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    def read(self, path: str, **asked: Any) -> str:
        return plain(self.client.get(path, asked))

    def press(self, stay: Stay, act: str, **filled: Any) -> Any:
        path = reverse("stay-page", args=[stay.public_id])
        return self.client.post(path, {"act": act, **filled}, follow=True)


def plain(answer: Any) -> str:
    content = answer.content.decode()
    body = re.sub(r"<[^>]+>", " ", content[content.index("<main") :])
    return " ".join(body.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture
def shelter() -> Iterator[Shelter]:
    with clock.frozen(NIGHT):
        yield Shelter()


def test_tonight_says_what_is_free_and_for_how_many_nights(shelter: Shelter) -> None:
    later = nights(4, 3)
    reserving.hold_unit(
        ask(shelter.centre, later), [StayLeg(shelter.large, later)], by=shelter.worker
    )
    shown = shelter.read("/tonight/")
    assert "2 звена са свободни сега" in shown
    assert "4 нощи, до 04.03.2027 г." in shown


def test_tonight_names_nobody(shelter: Shelter) -> None:
    people = family(shelter.centre, ages=[3])
    resident(shelter.large, people, shelter.worker, length=1)
    shown = shelter.read("/tonight/")
    assert "Large" in shown
    assert people[0].family_name not in shown.split()


def test_a_mother_with_two_children_is_answered_from_one_page(shelter: Shelter) -> None:
    shown = shelter.read("/stays/new/", adults="1", ages="4, 6", from_on="")
    assert "1 подходящо звено" in shown
    assert "Small" not in shown


def test_units_in_turn_are_offered_and_held_together(shelter: Shelter) -> None:
    """Small until the third, then Large: nobody has to do it twice."""
    for unit, when in ((shelter.small, nights(3, 9)), (shelter.large, nights(0, 3))):
        reserving.hold_unit(ask(shelter.centre, when), [StayLeg(unit, when)], by=shelter.worker)
    until = f"{nights(0, 6).to_on:%d.%m.%Y}"
    shown = shelter.read("/stays/new/", adults="1", from_on="", to_on=until)
    assert "Но с преместване може" in shown
    filled = {"act": "hold", "turns": "1", "adults": "1", "to_on": until}
    shelter.client.post("/stays/new/", filled)
    held = Stay.objects.latest("pk")
    assert [leg.unit for leg in selectors.legs_of(held)] == [shelter.small, shelter.large]


def test_button_pressed_twice_asks_for_one_place(shelter: Shelter) -> None:
    page = shelter.client.get("/stays/new/", {"adults": "1", "from_on": "", "wait": "1"})
    filled = {"act": "wait", "adults": "1", "once": str(page.context["once"])}
    answers = [shelter.client.post("/stays/new/", filled) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Stay.objects.count() == 1
    another = shelter.client.get("/stays/new/", {"adults": "1", "from_on": "", "wait": "1"})
    shelter.client.post("/stays/new/", filled | {"once": str(another.context["once"])})
    assert Stay.objects.count() == 2


def offered(shelter: Shelter, stay: Stay, act: str) -> list[str]:
    page = shelter.client.get(reverse("stay-page", args=[stay.public_id]))
    assert page.status_code == 200
    return [str(label) for _, label in page.context["forms"][act].fields["unit"].choices]


def test_units_that_do_not_fit_are_offered_all_the_same(shelter: Shelter) -> None:
    """Who stands at the door decides; the program says what it knows."""
    stay = reserving.request_stay(ask(shelter.centre, nights(0, 3), adults=9), by=shelter.worker)
    told = [f"{name}: заето или не ги побира" for name in ("Large", "Small")]
    assert offered(shelter, stay, "offer") == told


def test_overdue_family_is_told_of_no_nights(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker, length=1)
    with clock.frozen(NIGHT + 3 * DAY):
        assert offered(shelter, stay, "move") == ["Small"]


def test_units_that_fit_stand_first_and_say_until_when(shelter: Shelter) -> None:
    later = nights(4, 3)
    reserving.hold_unit(
        ask(shelter.centre, later), [StayLeg(shelter.large, later)], by=shelter.worker
    )
    stay = reserving.request_stay(ask(shelter.centre, nights(0, 3), ages=(6, 8)), by=shelter.worker)
    until = f"{later.from_on:%d.%m.%Y}"
    assert offered(shelter, stay, "offer") == [
        f"Large: свободно до {until}",
        "Small: заето или не ги побира",
    ]


def test_birth_is_written_down_with_its_day(shelter: Shelter) -> None:
    people = family(shelter.centre)
    stay = resident(shelter.large, people, shelter.worker, length=9)
    with clock.frozen(NIGHT + 3 * DAY):
        born = f"{tonight() - DAY:%d.%m.%Y}"
        shelter.press(stay, "born", given_name="Ива", family_name="Н", birth_on=born)
        baby = stay.members.latest("pk").person
        assert baby.birth_on == tonight() - DAY


def test_only_a_manager_extends_whatever_she_leaves_out(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker, length=9)
    assert shelter.press(stay, "extend").status_code == 403


def test_a_reservation_is_called_so(shelter: Shelter) -> None:
    stay = reserving.hold_unit(ask(shelter.centre, nights(0, 3)), reserve=True, by=shelter.worker)
    assert "„резервирано“" in plain(shelter.press(stay, "confirm"))


def test_hold_needs_no_name(shelter: Shelter) -> None:
    answer = shelter.client.post(
        "/stays/new/",
        {"act": "hold", "unit": shelter.small.public_id, "adults": "1", "ages": "0"},
        follow=True,
    )
    stay = Stay.objects.get()
    assert (stay.status, stay.household) == ("held", None)
    assert "още никой не е посочен" in plain(answer)


def test_whoever_stands_at_the_door_is_checked_in_and_out(shelter: Shelter) -> None:
    people = family(shelter.centre, ages=[0])
    stay = reserving.hold_unit(ask(shelter.centre, nights(0, 5)), by=shelter.worker)
    ids = [str(person.public_id) for person in people]
    shelter.press(stay, "check_in", people=ids, without_papers="Нощ е")
    stay.refresh_from_db()
    assert stay.status == "in_house"
    shelter.press(stay, "check_out")
    stay.refresh_from_db()
    assert stay.status == "left"


def test_admission_without_papers_says_what_is_missing(shelter: Shelter) -> None:
    people = family(shelter.centre)
    stay = reserving.hold_unit(ask(shelter.centre, nights(0, 5), people=people), by=shelter.worker)
    answer = shelter.press(stay, "check_in", people=[str(people[0].public_id)])
    assert "За настаняване е нужен документ" in plain(answer)


def test_button_of_an_older_page_changes_nothing(shelter: Shelter) -> None:
    stay = reserving.hold_unit(ask(shelter.centre, nights(0, 5)), by=shelter.worker)
    reserving.confirm_stay(stay, by=shelter.worker)
    answer = shelter.press(stay, "close", version=1, outcome="withdrawn")
    stay.refresh_from_db()
    assert stay.status == "held"
    assert "версия" in plain(answer) or "променил" in plain(answer)


def test_refusal_without_a_reason_is_shown_again(shelter: Shelter) -> None:
    stay = reserving.request_stay(ask(shelter.centre, nights(0, 5)), by=shelter.worker)
    answer = shelter.press(stay, "close", outcome="refused")
    assert answer.status_code == 422
    assert "отказите се броят" in plain(answer)


def test_manager_alone_is_offered_to_extend(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker)
    manager = shelter.browser(building.user(shelter.centre, Role.Name.MANAGER))
    path = reverse("stay-page", args=[stay.public_id])
    assert 'id="extend"' not in shelter.client.get(path).content.decode()
    assert 'id="extend"' in manager.get(path).content.decode()


def test_extending_by_another_hand_is_refused(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker)
    answer = shelter.press(
        stay, "extend", to_on="01.06.2027", document_number="7", document_on="20.02.2027"
    )
    assert answer.status_code == 403


def test_board_shows_initials_to_the_shelter_and_nothing_to_others(shelter: Shelter) -> None:
    people = family(shelter.centre)
    resident(shelter.large, people, shelter.worker)
    initials = f"{people[0].given_name[0]}. {people[0].family_name[0]}."
    other = shelter.browser(building.user(shelter.centre))
    assert initials in shelter.read("/board/")
    seen = plain(other.get("/board/"))
    assert initials not in seen
    assert "заето" in seen


def test_board_answers_its_own_question_only_when_something_changed(shelter: Shelter) -> None:
    known = board.revision([shelter.centre.pk])

    def ask_again() -> int:
        return shelter.client.get("/board/", {"known": known}, HTTP_HX_REQUEST="true").status_code

    assert ask_again() == 204
    reserving.hold_unit(ask(shelter.centre, nights(0, 2)), by=shelter.worker)
    assert ask_again() == 200


def test_address_stands_on_the_unit_s_page_for_the_shelter(shelter: Shelter) -> None:
    assert ADDRESS in shelter.read(f"/units/{shelter.small.public_id}/")


def test_unit_is_cleaned_by_one_button(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker)
    services.check_out(stay, by=shelter.worker)
    assert "за почистване" in shelter.read(f"/units/{shelter.large.public_id}/")
    shelter.client.post(f"/units/{shelter.large.public_id}/", {"act": "ready"})
    assert "свободно" in shelter.read(f"/units/{shelter.large.public_id}/")


def test_unit_is_taken_out_of_service_and_put_back(shelter: Shelter) -> None:
    path = f"/units/{shelter.small.public_id}/"
    first, last = tonight() + DAY, tonight() + 4 * DAY
    dates = {"from_on": f"{first:%d.%m.%Y}", "to_on": f"{last:%d.%m.%Y}"}
    shelter.client.post(path, {"act": "close", **dates})
    assert "Отново в употреба" in shelter.read(path)
    shelter.client.post(path, {"act": "open"})
    assert "Отново в употреба" not in shelter.read(path)


def test_list_puts_danger_first(shelter: Shelter) -> None:
    calm, danger = family(shelter.centre), family(shelter.centre)
    for people, in_danger in ((calm, False), (danger, True)):
        asked = ask(shelter.centre, nights(0, 5), people=people, in_danger=in_danger)
        reserving.request_stay(asked, by=shelter.worker)
    shown = shelter.read("/stays/waiting/")
    names = [people[0].household.name for people in (danger, calm)]
    assert shown.index(names[0]) < shown.index(names[1])


def test_toy_is_lent_and_comes_back(shelter: Shelter) -> None:
    toy = Resource.objects.create(kind="toy", name="Влакче", centre=shelter.centre)
    borrower = building.person(shelter.centre)
    until = clock.today() + timedelta(days=7)
    asked = {"toy": toy.public_id, "person": borrower.public_id, "due_on": f"{until:%d.%m.%Y}"}
    shelter.client.post("/toys/", asked)
    assert borrower.full_name in shelter.read("/toys/")
    shelter.client.post(f"/toys/{Loan.objects.get().public_id}/return/")
    assert borrower.full_name not in shelter.read("/toys/")


def test_children_are_registered_with_their_mother_at_the_door(shelter: Shelter) -> None:
    """By whoever is on duty, though she needs to know nobody yet."""
    mother = building.person(shelter.centre)
    filled = {"family": mother.public_id, "given_name": "Ива", "family_name": "Н"}
    shelter.client.post("/people/new/", filled)
    assert mother.household.members.count() == 2


def test_refused_admission_keeps_who_was_ticked(shelter: Shelter) -> None:
    (mother,) = family(shelter.centre)
    filled = {"act": "admit", "unit": shelter.small.public_id, "people": mother.public_id}
    answer = shelter.client.post("/stays/new/", filled)
    assert answer.status_code == 422
    box = re.search(rf'value="{mother.public_id}"( checked)?', answer.content.decode())
    assert box
    assert box[1]


def test_refused_extension_keeps_its_document(shelter: Shelter) -> None:
    stay = resident(shelter.large, family(shelter.centre), shelter.worker, length=2)
    wanted = nights(3, 2)
    reserving.hold_unit(
        ask(shelter.centre, wanted), [StayLeg(shelter.large, wanted)], by=shelter.worker
    )
    shelter.client = shelter.browser(building.user(shelter.centre, Role.Name.MANAGER))
    until = f"{wanted.to_on:%d.%m.%Y}"
    answer = shelter.press(
        stay, "extend", to_on=until, document_number="ЗД-77", document_on="20.02.2027"
    )
    assert "Преместете първо резервацията" in plain(answer)
    assert 'value="ЗД-77"' in answer.content.decode()


def test_nights_that_are_past_are_not_offered(shelter: Shelter) -> None:
    shown = shelter.read("/stays/new/", adults="1", from_on="01.01.2020")
    assert "Тази нощ е минала" in shown
    assert "Запази" not in shown


def test_reservation_that_nobody_came_for_waits_for_a_word(shelter: Shelter) -> None:
    reserving.hold_unit(
        ask(shelter.centre, nights(0, 2)),
        [StayLeg(shelter.small, nights(0, 2))],
        reserve=True,
        by=shelter.worker,
    )
    with clock.frozen(NIGHT + timedelta(days=5)):
        assert "Пристигащи" in shelter.read("/tonight/")


def test_toys_of_another_centre_are_not_counted(shelter: Shelter) -> None:
    other = building.centre()
    toy = Resource.objects.create(kind="toy", name="Топка", centre=other)
    borrower = building.person(other)
    due_on = clock.today() + timedelta(days=7)
    lending.lend(toy, borrower, due_on=due_on, by=building.user(other))
    assert "с което не работите" not in shelter.read("/toys/")


def test_family_in_house_is_known_to_who_shelters_it(shelter: Shelter) -> None:
    people = family(shelter.centre)
    resident(shelter.large, people, shelter.worker)
    path = reverse("person-page", args=[people[0].public_id])
    assert shelter.client.get(path).status_code == 200


@pytest.mark.parametrize("asking", [reserving.request_stay, reserving.hold_unit])
def test_asking_for_a_place_opens_nobody_s_page(shelter: Shelter, asking: Any) -> None:
    """Anybody on duty could ask for one to look in."""
    people = family(shelter.centre)
    asking(ask(shelter.centre, nights(0, 2), people=people), by=shelter.worker)
    path = reverse("person-page", args=[people[0].public_id])
    assert shelter.client.get(path).status_code == 403
