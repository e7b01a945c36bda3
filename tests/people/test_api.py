"""People, contact cards, cases, tasks and the log of reads, over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from base import clock
from base.models import Task
from people.models import AccessRecord, Capacity, Case, Centre, ContactCard, Person, Role, User
from scheduling.models import Service
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, problem

NOW = at(MONDAY, 8)
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@dataclass
class Office:
    """A centre with one mother; `api` speaks for its coordinator."""

    centre: Centre
    mother: Person
    coordinator: User
    api: Api

    def card(self, **changes: Any):
        return self.api.patch(f"people/{self.mother.public_id}/contact/", changes)

    def of_mother(self) -> dict[str, Any]:
        return self.api.get(f"people/{self.mother.public_id}/").json()


@pytest.fixture(autouse=True)
def monday_at_eight(db) -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def office() -> Office:
    centre = building.centre()
    coordinator = building.user(centre, Role.Name.COORDINATOR)
    return Office(centre, building.person(centre), coordinator, Api(coordinator))


def named(office: Office, given: str, family: str) -> Person:
    person = building.person(office.centre)
    Person.objects.filter(pk=person.pk).update(given_name=given, family_name=family)
    return person


def names(office: Office, **query: Any) -> list[str]:
    answer = office.api.get("people/", query)
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


# Centres


def test_centre_says_when_it_is_open_and_how_many_places_it_has(office):
    for places, from_on in [(40, date(2020, 1, 1)), (60, MONDAY), (80, MONDAY + timedelta(1))]:
        Capacity.objects.create(centre=office.centre, places=places, from_on=from_on)

    (row,) = office.api.get("centres/").json()["results"]

    assert row["places"] == 60
    assert row["opening_hours"][0] == {"weekday": 0, "opens": "08:00:00", "closes": "20:00:00"}


def test_user_of_two_centres_sees_both(office):
    Role.objects.create(
        user=office.coordinator,
        centre=building.centre(),
        name=Role.Name.LEADER,
        from_on=date(2020, 1, 1),
    )

    assert office.api.get("centres/").json()["count"] == 2


# Finding people


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("мар", ["Мария Иванова"]),
        ("МАР", ["Мария Иванова"]),
        ("иван", ["Иван Петров", "Мария Иванова"]),
        ("мария иван", ["Мария Иванова"]),
        ("иванова мария", ["Мария Иванова"]),
        ("ария", []),  # from the beginning of a name
        ("", ["Иван Петров", "Мария Иванова"]),
        ("%", []),
        ("_", []),
    ],
)
def test_people_are_found_by_the_beginnings_of_their_names(office, search, found):
    office.mother.delete()
    named(office, "Мария", "Иванова")
    named(office, "Иван", "Петров")

    assert names(office, search=search) == found


def test_people_come_by_name_in_pages(office):
    office.mother.delete()
    for given in ("Вяра", "Ана", "Боряна"):
        named(office, given, "Петрова")

    pages = [names(office, page_size=2, page=n) for n in (1, 2)]

    assert pages == [["Ана Петрова", "Боряна Петрова"], ["Вяра Петрова"]]


def test_row_of_a_person_tells_no_more_than_the_name(office):
    building.card(office.mother)

    (row,) = office.api.get("people/").json()["results"]

    assert row.keys() == {"id", "name", "centre", "household", "is_child"}


@pytest.mark.parametrize(
    ("birth_on", "is_child"),
    [
        (date(2009, 3, 2), True),  # eighteen tomorrow
        (date(2009, 3, 1), False),  # eighteen today
        (date(2008, 2, 29), False),
        (None, False),
    ],
)
def test_child_is_who_is_not_yet_eighteen(office, birth_on, is_child):
    Person.objects.update(birth_on=birth_on)

    assert office.of_mother()["is_child"] is is_child


# Registering


def test_registered_person_has_a_household_of_her_own(office):
    body = {"centre": office.centre.public_id, "given_name": " Мария ", "family_name": "Иванова"}

    answer = office.api.post("people/", body)

    assert answer.status_code == 201
    assert answer.json()["name"] == "Мария Иванова"
    assert answer.json()["household"] != str(office.mother.household.public_id)


def test_child_joins_the_household_that_is_named(office):
    body = {
        "centre": office.centre.public_id,
        "household": office.mother.household.public_id,
        "given_name": "Ани",
        "family_name": "Иванова",
        "birth_on": "2019-05-01",
    }

    answer = office.api.post("people/", body).json()

    assert answer["household"] == str(office.mother.household.public_id)
    assert answer["is_child"] is True


def test_registered_person_can_be_booked_at_once(office):
    """Her resource is made with her."""
    body = {"centre": office.centre.public_id, "given_name": "Мария", "family_name": "Иванова"}

    made = office.api.post("people/", body).json()

    assert Person.objects.get(public_id=made["id"]).resource.kind == "person"


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": ""},
        {"given_name": "   "},
        {"given_name": "x" * 61},
        {"given_name": "a\nb"},
        {"given_name": ["Ана"]},
        {"family_name": None},
        {"birth_on": "01.05.2019"},
        {"birth_on": "0001-01-01"},
        {"birth_on": "2027-02-29"},
        {"centre": "here"},
        {"household": "7"},
    ],
)
def test_person_that_makes_no_sense_is_invalid(office, changes):
    body = {"centre": office.centre.public_id, "given_name": "Мария", "family_name": "Иванова"}

    assert problem(office.api.post("people/", body | changes)) == (400, "invalid")
    assert Person.objects.count() == 1


def test_person_under_a_key_is_registered_once(office):
    body = {"centre": office.centre.public_id, "given_name": "Мария", "family_name": "Иванова"}

    first, second = (office.api.post("people/", body, idempotency_key="a") for _ in range(2))

    assert first.json() == second.json()
    assert Person.objects.count() == 2


# One person


def test_page_of_a_person_tells_carers_and_card(office):
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    carer = building.carer(child, office.mother)
    building.card(child, phone="+359888000111")

    answer = office.api.get(f"people/{child.public_id}/").json()

    assert answer["birth_on"] == "2019-05-01"
    assert answer["carers"] == [
        {
            "id": str(office.mother.public_id),
            "name": office.mother.full_name,
            "relation": "mother",
            "tie": str(carer.public_id),
        }
    ]
    assert answer["contact_card"]["phone"] == "+359888000111"


def test_person_without_a_card_has_none(office):
    assert office.of_mother()["contact_card"] is None


def test_carer_of_a_family_one_is_walled_off_from_is_not_named(office):
    """D12: denied wherever she would turn up."""
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    building.carer(child, office.mother)
    office.coordinator.walls.create(household=office.mother.household)

    answer = office.api.get(f"people/{child.public_id}/")

    assert office.mother.family_name not in [c["name"].split()[1] for c in answer.json()["carers"]]


# The contact card (D27)


def test_first_change_makes_a_card_that_allows_nothing(office):
    answer = office.card(phone="0888 123 456")

    assert answer.status_code == 200
    assert answer.json()["phone"] == "+359888123456"
    assert answer.json()["silence"] == "no_consent"


def test_card_allows_texts_when_all_is_said(office):
    office.card(phone="0888123456", consent=True, safe_to_text=True)
    card = office.of_mother()["contact_card"]

    verified = office.api.post(f"contacts/{card['id']}/verify/").json()

    assert (card["silence"], verified["silence"]) == ("not_verified", None)
    assert verified["consent_on"] == verified["safety_asked_on"] == "2027-03-01"
    assert verified["verified_at"] == "2027-03-01T08:00:00+02:00"


def test_consent_is_signed_by_who_took_it(office):
    office.card(consent=True)

    assert ContactCard.objects.get().consent_by == office.coordinator


def test_what_is_not_given_stays(office):
    building.card(office.mother)
    before = office.of_mother()["contact_card"]

    after = office.card(wording="plain").json()

    assert {name for name in after if after[name] != before[name]} == {"wording"}


def test_link_is_allowed_only_when_it_is_said(office):
    before = office.card(phone="0888123456").json()["allows_link"]

    after = office.card(allows_link=True).json()["allows_link"]

    assert (before, after) == (False, True)


def test_new_number_is_unverified_and_says_nothing_of_safety(office):
    building.card(office.mother)

    card = office.card(phone="0887654321").json()

    assert (card["verified_at"], card["safe_to_text"], card["safety_asked_on"]) == (
        None,
        False,
        None,
    )


def test_same_number_stays_verified(office):
    building.card(office.mother)

    assert office.card(phone="0888 123 456").json()["silence"] is None


def test_withdrawn_consent_silences(office):
    building.card(office.mother)

    assert office.card(consent=False).json()["silence"] == "no_consent"


def test_no_longer_safe_silences(office):
    building.card(office.mother)

    assert office.card(safe_to_text=False).json()["silence"] == "not_safe"


@pytest.mark.parametrize(("days", "silence"), [(89, None), (90, None), (91, "safety_stale")])
def test_safety_is_asked_again_after_ninety_days(office, days, silence):
    building.card(office.mother, safety_asked_on=MONDAY - timedelta(days=days))

    assert office.of_mother()["contact_card"]["silence"] == silence


def test_opting_out_counts_at_once(office):
    card = building.card(office.mother)

    answer = office.api.post(f"contacts/{card.public_id}/opt-out/").json()

    assert (answer["silence"], answer["opted_out_on"]) == ("opted_out", "2027-03-01")


def test_new_consent_ends_the_opting_out(office):
    building.card(office.mother, opted_out_on=MONDAY)

    assert office.card(consent=True).json()["silence"] is None


def test_number_that_is_not_there_cannot_be_verified(office):
    card = building.card(office.mother, phone="", verified_at=None)

    answer = office.api.post(f"contacts/{card.public_id}/verify/")

    assert answer.status_code == 422
    card.refresh_from_db()
    assert card.verified_at is None


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        ({"safe_from": "10:00", "safe_until": "16:00"}, 200),
        ({"safe_from": "10:00"}, 400),
        ({"safe_until": "16:00"}, 400),
        ({"safe_from": "16:00", "safe_until": "16:00"}, 400),
        ({"safe_from": "16:00", "safe_until": "10:00"}, 400),
        ({"safe_from": "25:00", "safe_until": "26:00"}, 400),
    ],
)
def test_safe_hours_have_two_ends_in_order(office, hours, status):
    assert office.card(**hours).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "12"},
        {"phone": "0888 123 45O"},  # a letter, which telephone keypads would take for a 6
        {"phone": "0" * 10_000},
        {"phone": ""},
        {"phone": None},
        {"wording": "loud"},
        {"language": "de"},
        {"script": "runes"},
        {"allows_link": "perhaps"},
        {"consent": "maybe"},
        {"safe_to_text": None},
    ],
)
def test_card_that_makes_no_sense_is_invalid(office, changes):
    assert problem(office.card(**changes)) == (400, "invalid")
    assert not ContactCard.objects.exists()


def test_every_version_of_a_card_is_kept(office):
    office.card(phone="0888123456")
    office.card(wording="plain")

    assert list(
        ContactCard.history.order_by("history_id").values_list("wording", "history_user")
    ) == [
        ("discreet", office.coordinator.pk),
        ("discreet", office.coordinator.pk),
        ("plain", office.coordinator.pk),
    ]


# Cases, from D4 to D6


@pytest.fixture
def lead(office) -> User:
    return building.user(office.centre)


def case_of(office: Office, leader: User, **changes: Any) -> dict[str, Any]:
    return {
        "person": office.mother.public_id,
        "lead": leader.resource.public_id,
        "number": "17/2027",
        "opened_on": "2027-03-01",
        "route": "referral",
        "document_number": "А-12",
        "document_on": "2027-02-26",
    } | changes


def test_case_opens_with_its_document_and_a_plan_due_in_twenty_days(office, lead):
    answer = office.api.post("cases/", case_of(office, lead, valid_until="2027-09-01"))

    assert answer.status_code == 201
    row = answer.json()
    assert (row["number"], row["plan_due_on"], row["overdue"]) == ("17/2027", "2027-03-21", False)
    assert row["lead"] == str(lead.resource.public_id)
    assert row["entry_bases"][0]["document_number"] == "А-12"
    assert row["entry_bases"][0]["valid_until"] == "2027-09-01"


def test_case_lead_is_told_of_the_plan(office, lead):
    made = office.api.post("cases/", case_of(office, lead)).json()

    (task,) = Api(lead).get("tasks/").json()["results"]

    assert (task["kind"], task["about"], task["due_on"]) == (
        "assessment_due",
        f"case:{made['id']}",
        "2027-03-21",
    )


def test_case_under_a_key_is_opened_once(office, lead):
    body = case_of(office, lead)

    first, second = (office.api.post("cases/", body, idempotency_key="a") for _ in range(2))

    assert (first.json(), second.status_code) == (second.json(), 201)


def test_number_of_a_case_is_the_centres_own(office, lead):
    office.api.post("cases/", case_of(office, lead))

    answer = office.api.post("cases/", case_of(office, lead))

    assert problem(answer) == (422, "case_number_taken")
    assert Case.objects.count() == 1


def test_other_centre_may_have_the_same_number(office, lead):
    other = building.person(building.centre())
    Case.objects.filter(pk=building.case(other).pk).update(number="17/2027")

    assert office.api.post("cases/", case_of(office, lead)).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"number": ""},
        {"number": "x" * 41},
        {"opened_on": "01.03.2027"},
        {"route": "by chance"},
        {"document_number": None},
        {"document_on": "9999-12-31"},
        {"valid_until": "2027-02-28"},
        {"at_risk": "somewhat"},
        {"person": "7"},
        {"lead": ""},
    ],
)
def test_case_that_makes_no_sense_is_invalid(office, lead, changes):
    assert problem(office.api.post("cases/", case_of(office, lead, **changes))) == (400, "invalid")


def test_nobody_opens_a_case_to_look_into_a_colleagues(office, lead):
    """A case makes its lead know the family: only who knows it may open a second one."""
    building.case(office.mother)

    answer = Api(lead).post("cases/", case_of(office, lead))

    assert problem(answer) == (403, "not_allowed")


def test_specialist_opens_the_first_case_of_a_family(office, lead):
    assert Api(lead).post("cases/", case_of(office, lead)).status_code == 201


def test_case_is_led_by_a_colleague_of_its_centre(office):
    stranger = building.user(building.centre())

    answer = office.api.post("cases/", case_of(office, stranger))

    assert problem(answer) == (404, "not_found")


def test_kin_does_not_lead_the_case_of_her_family(office, lead):
    """D12."""
    lead.walls.create(household=office.mother.household)

    assert office.api.post("cases/", case_of(office, lead)).status_code == 422
    assert not Case.objects.exists()


def test_finished_plan_is_no_longer_overdue_and_its_task_is_done(office, lead):
    made = office.api.post("cases/", case_of(office, lead, opened_on="2027-01-04")).json()

    answer = office.api.post(f"cases/{made['id']}/planned/").json()

    assert made["overdue"] is True
    assert (answer["overdue"], answer["planned_on"]) == (False, "2027-03-01")
    assert Api(lead).get("tasks/").json()["results"] == []


def test_closed_case_entitles_to_nothing(office):
    service = building.service(office.centre, access=Service.Access.SPECIALISED)
    case = building.case(office.mother, services=[service])

    answer = office.api.post(f"cases/{case.public_id}/close/").json()

    assert answer["closed_on"] == "2027-03-01"
    assert [row["id"] for row in listed(office, "cases/", open=True)] == []


def test_closed_case_keeps_the_day_of_its_closing(office):
    path = f"cases/{building.case(office.mother).public_id}/close/"
    office.api.post(path)

    with clock.frozen(NOW + timedelta(days=3)):
        office.api.post(path)

    assert Case.objects.get().closed_on == MONDAY


def listed(office: Office, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = office.api.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.parametrize(
    ("due", "overdue"),
    [(MONDAY - timedelta(1), True), (MONDAY, False), (MONDAY + timedelta(1), False)],
)
def test_overdue_are_open_cases_whose_plan_is_late(office, due, overdue):
    case = building.case(office.mother)
    Case.objects.update(plan_due_on=due)

    found = listed(office, "cases/", overdue=overdue)

    assert [(row["id"], row["overdue"]) for row in found] == [(str(case.public_id), overdue)]


def test_open_and_closed_cases_are_told_apart(office):
    open_case = building.case(office.mother)
    closed = building.case(building.person(office.centre))
    Case.objects.filter(pk=closed.pk).update(closed_on=MONDAY)

    assert [row["id"] for row in listed(office, "cases/", open=True)] == [str(open_case.public_id)]
    assert [row["id"] for row in listed(office, "cases/", open=False)] == [str(closed.public_id)]


def test_document_says_what_it_entitles_to(office):
    basis = building.case(office.mother).entry_bases.get()
    services = [building.service(office.centre) for _ in range(2)]
    path = f"entry-bases/{basis.public_id}/services/"
    body = {"services": [service.public_id for service in services]}

    answer = office.api.client.put(f"/api/v1/{path}", body, format="json")

    assert answer.status_code == 200
    (row,) = listed(office, "cases/")
    assert set(row["entry_bases"][0]["services"]) == {str(s.public_id) for s in services}


def test_document_entitles_to_services_of_its_centre_alone(office):
    basis = building.case(office.mother).entry_bases.get()
    foreign = building.service(building.centre())

    answer = office.api.client.put(
        f"/api/v1/entry-bases/{basis.public_id}/services/",
        {"services": [foreign.public_id]},
        format="json",
    )

    assert problem(answer) == (404, "not_found")


# Tasks


def task(office: Office, owner: User, kind: str = "assessment_due") -> Task:
    return Task.objects.create(
        centre=office.centre,
        kind=kind,
        owner=owner,
        about=f"case:{UNKNOWN}",
        due_on=MONDAY,
        created_at=NOW,
    )


def test_done_task_leaves_the_list(office, lead):
    mine = task(office, lead)

    answer = Api(lead).post(f"tasks/{mine.public_id}/done/")

    assert (answer.status_code, answer.json()["done_at"]) == (200, "2027-03-01T08:00:00+02:00")
    assert listed(office, "tasks/") == []


def test_task_is_done_once(office, lead):
    path = f"tasks/{task(office, lead).public_id}/done/"
    Api(lead).post(path)

    assert problem(Api(lead).post(path)) == (404, "not_found")


def test_specialist_sees_her_own_tasks_alone(office, lead):
    mine = task(office, lead)
    task(office, building.user(office.centre), kind="hold_expired")

    found = Api(lead).get("tasks/").json()["results"]

    assert [row["id"] for row in found] == [str(mine.public_id)]
    assert len(listed(office, "tasks/")) == 2


def test_task_is_named_in_the_readers_language(office, lead):
    task(office, lead)

    titles = [
        Api(lead, language=language).get("tasks/").json()["results"][0]["title"]
        for language in ("en", "bg")
    ]

    assert titles[0] == "Assessment and plan are due"
    assert titles[1] != titles[0]


# Who read what (D39)


def test_reading_a_person_or_a_case_is_kept(office):
    case = building.case(office.mother)
    office.of_mother()
    office.api.get(f"cases/{case.public_id}/")
    officer = building.user(office.centre, Role.Name.DATA_OFFICER)

    rows = Api(officer).get("access-log/").json()["results"]

    assert [(row["user"], row["what"], row["subject"]) for row in rows] == [
        (office.coordinator.username, "case", str(case.public_id)),
        (office.coordinator.username, "person", str(office.mother.public_id)),
    ]


def test_refused_reading_is_not_kept_as_one(office, lead):
    Api(lead).get(f"people/{office.mother.public_id}/")

    assert not AccessRecord.objects.exists()


def test_officer_sees_the_reads_of_her_centre_alone(office):
    office.of_mother()
    officer = building.user(building.centre(), Role.Name.DATA_OFFICER)

    assert Api(officer).get("access-log/").json()["count"] == 0


def test_log_holds_no_name_of_who_was_read(office):
    office.mother.family_name = "Ъгонка"
    office.mother.save()
    office.of_mother()
    officer = building.user(office.centre, Role.Name.DATA_OFFICER)

    text = Api(officer).get("access-log/").content.decode()

    assert office.mother.family_name not in text.replace(office.coordinator.username, "")


# Cost


def test_lists_cost_the_same_for_one_row_and_for_thirty(office):
    officer = Api(building.user(office.centre, Role.Name.DATA_OFFICER))

    def grow() -> None:
        person = building.person(office.centre)
        service = building.service(office.centre)
        case = building.case(person, services=[service])
        task(office, case.lead, kind=f"kind-{Task.objects.count()}")
        office.api.get(f"people/{person.public_id}/")

    def costs() -> list[int]:
        paths = ("people/", "cases/", "tasks/")
        return [office.api.queries(path) for path in paths] + [officer.queries("access-log/")]

    grow()
    few = costs()
    for _ in range(29):
        grow()

    assert costs() == few


def test_centres_cost_the_same_for_one_and_for_ten(office):
    few = office.api.queries("centres/")
    for _ in range(9):
        other = building.centre()
        Role.objects.create(
            user=office.coordinator, centre=other, name=Role.Name.LEADER, from_on=date(2020, 1, 1)
        )
        Capacity.objects.create(centre=other, places=9, from_on=date(2020, 1, 1))

    assert office.api.queries("centres/") == few


def test_person_costs_the_same_with_one_carer_and_with_five(office):
    child = building.person(office.centre, birth_on=date(2019, 5, 1))
    building.carer(child, office.mother)
    path = f"people/{child.public_id}/"
    few = office.api.queries(path)
    for _ in range(4):
        building.carer(child, building.person(office.centre))

    assert office.api.queries(path) == few
