"""Who does not shelter a family learns nothing of it: not where, not who, not which stay.

The sheltered families of a centre get names, reasons and an address that occur nowhere else. Every
address of the program is then read by everybody who does not shelter nor works with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse

from people.models import Carer, Household, NoContact, Person
from people.policies import staff
from rooms import lending
from rooms.models import Building, Stay
from scheduling import feeds
from scheduling.models import Feed
from tests.config.test_access import ADMIN, ALL_ROWS, SENT, World, parameters_of, routes
from tests.support.building import MONDAY
from tests.support.calling import Api, browser, wire
from tests.support.houses import NOW, House, two_houses

GIVEN, FAMILY, INITIALS = "Ъгонка", "Ьорканова", "Ъ. Ь."
ADDRESS = "ул. Незнайна 17, вход Ж"
REASON = "насилникът-звъни"
ASKED = GIVEN[:4]
"""What a page of results may repeat, and not be taken for an answer."""

OUTSIDERS = ("psychologist", "stranger", "leader", "data-officer", "superuser", "anonymous")

Query = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One address to read, with a query."""

    route: str
    address: str
    query: Query

    def __str__(self) -> str:
        return f"{self.address} {self.query}"


@dataclass
class Secret:
    """The world, and what must not be told in it."""

    world: World
    house: House
    tokens: dict[str, str]
    """Of calendar feeds, by whose they are."""
    stays: list[Stay]
    words: set[str]
    ids: set[str]

    def heard(self, question: Question, answer: HttpResponse) -> set[str]:
        """What of the secret stands in an answer, but for what was said in the question."""
        text = answer.getvalue().decode(errors="replace").replace("\r\n ", "")
        text += str(answer.headers)
        told = text + unescape(text) + unquote(text)
        return {
            word for word in self.words | self.ids if word in told and word not in str(question)
        }

    def ask(self, caller: str, question: Question) -> HttpResponse:
        client = browser()
        client.cookies.load(self.world.sessions[caller])
        with transaction.atomic():
            answer = client.get(question.address, question.query)
            transaction.set_rollback(True)
        return answer


@pytest.fixture(scope="module")
def secret(django_db_setup: None, django_db_blocker: Any) -> Iterator[Secret]:
    with django_db_blocker.unblock(), two_houses() as (own, foreign):
        yield told_to_nobody(World(own, foreign))


def told_to_nobody(world: World) -> Secret:
    own = world.own
    stays = Stay.objects.filter(centre=own.centre)
    stays.update(reason=REASON)
    sheltered = Household.objects.filter(stays__in=stays)
    people = Person.objects.filter(household__in=sheltered)
    people.update(given_name=GIVEN, family_name=FAMILY)
    Household.objects.filter(pk__in=[family.pk for family in sheltered]).update(name=FAMILY)
    Building.objects.filter(centre=own.centre).update(address=ADDRESS)
    # Whom the psychologist works with must not meet the sheltered mother.
    NoContact.objects.create(one=own.mother, other=own.resident, since_on=MONDAY)
    lending.lend(own.toy, own.resident, due_on=MONDAY + timedelta(days=7), by=own.staff["shelter"])
    Api(own.staff["shelter"]).get(f"stays/{own.stay.public_id}/")
    tokens = {
        caller: feeds.open_feed(
            staff(own.staff[caller]), own.staff[caller].resource, detail=Feed.Detail.DISCREET
        )[1]
        for caller in OUTSIDERS
        if caller not in {"superuser", "anonymous"}
    }
    rows = [*stays, *people, *sheltered, *(stay.booking for stay in stays if stay.booking)]
    return Secret(
        world=world,
        house=own,
        tokens={c: url.rsplit("/", 1)[1].removesuffix(".ics") for c, url in tokens.items()},
        stays=list(stays),
        words={GIVEN, FAMILY, INITIALS, ADDRESS, REASON},
        ids={str(row.public_id) for row in rows},
    )


# What there is to read


def questions(secret: Secret, caller: str) -> Iterator[Question]:
    """Every route of the program but the admin's, each with all that might open it. The schema
    reads no row, and takes seconds."""
    for route, _ in routes(get_resolver()):
        if route.startswith("admin:") or route == "schema":
            continue
        sent = asked_of(secret.house, route)
        if not parameters_of(route):
            yield Question(route, reverse(route), sent)
            yield Question(route, reverse(route), sent | {"q": ASKED, "search": ASKED})
        for value in values(secret, route, caller):
            (parameter,) = parameters_of(route)
            yield Question(route, reverse(route, kwargs={parameter: value}), sent)
    yield from calendars(secret.house)
    yield from boards()


def answers(secret: Secret, caller: str) -> Iterator[tuple[Question, HttpResponse]]:
    """To all of them; where the query makes no difference, to one."""
    closed: set[str] = set()
    for question in questions(secret, caller):
        if question.route not in closed:
            answer = secret.ask(caller, question)
            shut = {405} if parameters_of(question.route) else {302, 403, 405}
            if answer.status_code in shut:
                closed.add(question.route)
            yield question, answer


def asked_of(house: House, route: str) -> Query:
    return SENT.get(f"GET {route}", lambda _: {})(house)


def values(secret: Secret, route: str, caller: str) -> Iterator[Any]:
    """What may stand in an address: what the house has for it, and all of the sheltered."""
    house = secret.house
    if parameters_of(route) == ["token"]:
        yield from (house.token, secret.tokens.get(caller, house.token))
    elif parameters_of(route):
        known = {row.object for row in ALL_ROWS if row.route == route and row.object != "-"}
        own = [getattr(house, name) for name in sorted(known)]
        stay = house.stay
        own += [stay, house.held_stay, house.waiting_stay, house.left_stay, stay.booking]
        own += [house.resident, house.baby, house.unit, house.unit_to_clean]
        yield from dict.fromkeys(getattr(one, "public_id", one) for one in own)


def calendars(house: House) -> Iterator[Question]:
    """The calendars of all that a stay or a loan holds."""
    for resource in (house.unit, house.unit_to_clean, house.resident.residence, house.toy):
        query = {
            "from": wire(NOW),
            "to": wire(NOW + timedelta(days=7)),
            "resource": resource.public_id,
            "whose": resource.public_id,
        }
        yield Question("api:calendar", reverse("api:calendar"), query)
        yield Question("today", reverse("today"), query)


def boards() -> Iterator[Question]:
    """The longest there are, on both sides of tonight."""
    for days in (-30, 0):
        query = {"from": (MONDAY + timedelta(days=days)).isoformat(), "days": 90}
        yield Question("api:board", reverse("api:board"), query)


# What they find


@pytest.mark.parametrize("caller", OUTSIDERS)
def test_who_does_not_shelter_learns_nothing_of_the_sheltered(secret: Secret, caller: str):
    told, broken = {}, {}
    for question, answer in answers(secret, caller):
        if answer.status_code >= 500 and question.route != "readyz":
            broken[str(question)] = answer.status_code
        heard = secret.heard(question, answer)
        if question.route in {"api:access-log", "access-page"} and caller == "data-officer":
            heard -= secret.ids  # That somebody read a stay is hers to know (D39).
        if heard:
            told[str(question)] = heard

    assert (told, broken) == ({}, {})


def test_shelter_staff_find_it_at_the_same_addresses(secret: Secret):
    """Otherwise the search above would prove nothing."""
    found: set[str] = set()
    for question, answer in answers(secret, "manager"):
        found |= secret.heard(question, answer)

    assert found >= secret.words | {str(stay.public_id) for stay in secret.stays}


@pytest.mark.parametrize("model", ADMIN)
def test_the_installer_learns_nothing_in_the_admin(secret: Secret, model: str):
    """Lists, forms, histories, and what a deletion would take along."""
    house = secret.house
    rows: dict[str, list[Any]] = {
        "people_centre": [house.centre],
        "people_user": [house.staff["shelter"]],
        "rooms_room": [house.room],
        "scheduling_service": [house.service],
        "scheduling_resource": [
            *(house.unit_to_clean, house.toy, house.specialist),
            *(house.resident.resource, house.resident.residence),
        ],
    }
    pages = [("changelist", [], {}), ("changelist", [], {"q": ASKED}), ("add", [], {})]
    pages += [(page, [row.pk], {}) for row in rows.get(model, []) for page in OF_ONE]
    told = {}
    for page, args, query in pages:
        question = Question(page, reverse(f"admin:{model}_{page}", args=args), query)
        if heard := secret.heard(question, secret.ask("superuser", question)):
            told[str(question)] = heard

    assert told == {}


OF_ONE = ("change", "delete", "history")


def test_the_installer_sets_up_nothing_of_a_person(secret: Secret):
    """Neither her hours nor her nights are a resource to look after."""
    resident = secret.house.resident
    names = {"hours": resident.resource, "nights": resident.residence, "unit": secret.house.unit}
    pages = {
        name: Question(name, reverse("admin:scheduling_resource_change", args=[one.pk]), {})
        for name, one in names.items()
    }

    found = {name: secret.ask("superuser", page).status_code for name, page in pages.items()}

    assert found == {"hours": 302, "nights": 302, "unit": 200}


@pytest.mark.parametrize("caller", ["psychologist", "stranger", "leader", "data-officer"])
@pytest.mark.parametrize("text", [GIVEN, FAMILY, ASKED, f"{GIVEN} {FAMILY}"])
def test_sheltered_family_is_found_by_name_by_no_outsider(secret: Secret, caller: str, text: str):
    api = Api(secret.house.staff[caller])

    assert api.get("people/", {"search": text}).json()["results"] == []


def test_sheltered_family_is_found_by_name_by_the_shelter(secret: Secret):
    found = Api(secret.house.staff["shelter"]).get("people/", {"search": ASKED}).json()

    assert {one["name"] for one in found["results"]} == {f"{GIVEN} {FAMILY}"}


@pytest.mark.parametrize("caller", ["stranger", "leader"])
def test_outsider_can_name_the_sheltered_in_nothing(secret: Secret, caller: str):
    """Who knows an id is answered as if nobody had it."""
    house = secret.house
    api, resident = Api(house.staff[caller]), str(house.resident.public_id)
    loan = SENT["POST api:loans"](house) | {"person": resident}
    newcomer = SENT["POST api:people"](house) | {"household": house.resident.household.public_id}
    slots = SENT["GET api:slots"](house) | {"person": resident}
    with transaction.atomic():
        answers = [
            api.get(f"people/{resident}/"),
            api.get("slots/", slots),
            api.patch(f"people/{resident}/contact/", {"wording": "plain"}),
            api.post(f"people/{resident}/walls/", {"specialist": house.specialist.public_id}),
            api.post("loans/", loan),
            api.post("people/", newcomer),
        ]
        transaction.set_rollback(True)

    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_carer_of_a_child_one_works_with_is_not_named_while_she_is_sheltered(secret: Secret):
    """The child's psychologist does not work with the family of an aunt."""
    house = secret.house
    with transaction.atomic():
        Carer.objects.create(
            child=house.child, adult=house.resident, relation=Carer.Relation.RELATIVE
        )
        questions = [
            Question(name, reverse(name, args=[house.child.public_id]), {})
            for name in ("api:person", "person-page", "person-ties")
        ]
        told = {
            str(question): heard
            for question in questions
            if (heard := secret.heard(question, secret.ask("psychologist", question)))
        }
        transaction.set_rollback(True)

    assert told == {}
