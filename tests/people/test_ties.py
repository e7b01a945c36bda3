"""Carers of children, people kept apart, and colleagues who are kin to a family."""

from datetime import timedelta

import pytest

from base import clock
from base.models import Task
from people.models import Carer, KinshipWall, NoContact, Person
from scheduling import services
from scheduling.models import Booking, Modality
from scheduling.planning import Wish
from tests.support import building
from tests.support.calling import Api, browser, problem
from tests.support.houses import NOW, House, house

pytestmark = pytest.mark.django_db


def api(of: House, role: str) -> Api:
    return Api(of.staff[role])


def ask(of: House, path: str, body: object, *, role: str = "coordinator"):
    return api(of, role).post(path, body)


def test_recorded_carer_is_shown_with_the_child(own):
    body = {"adult": own.mother.public_id, "relation": "mother"}
    ask(own, f"people/{own.boy.public_id}/carers/", body)

    [carer] = api(own, "coordinator").get(f"people/{own.boy.public_id}/").json()["carers"]
    assert (carer["id"], carer["relation"]) == (str(own.mother.public_id), "mother")


def test_carer_can_be_removed(own):
    assert api(own, "coordinator").delete(f"carers/{own.carer.public_id}/").status_code == 204
    assert not Carer.objects.filter(child=own.child).exists()


@pytest.mark.parametrize(
    ("child", "adult", "code"),
    [
        ("mother", "father", "not_a_child"),
        ("boy", "child", "carer_is_a_child"),
        ("boy", "boy", "one_person"),
        ("child", "mother", "already_recorded"),
    ],
)
def test_carer_that_makes_no_sense_is_refused(own, child, adult, code):
    body = {"adult": getattr(own, adult).public_id, "relation": "mother"}
    before = Carer.objects.count()
    answer = ask(own, f"people/{getattr(own, child).public_id}/carers/", body)

    assert problem(answer) == (422, code)
    assert Carer.objects.count() == before


@pytest.mark.parametrize("tie", ["carers", "no-contacts"])
def test_tie_with_somebody_of_another_centre_is_not_found(own, tie):
    foreign = house("foreign")
    body = {
        "adult": foreign.mother.public_id,
        "other": foreign.mother.public_id,
        "relation": "mother",
    }

    assert problem(ask(own, f"people/{own.boy.public_id}/{tie}/", body)) == (404, "not_found")


@pytest.mark.parametrize("one", ["mother", "father"])
def test_pair_is_recorded_once_whoever_is_named_first(own, one):
    other = "father" if one == "mother" else "mother"
    path = f"people/{getattr(own, one).public_id}/no-contacts/"
    answer = ask(own, path, {"other": getattr(own, other).public_id})

    assert problem(answer) == (422, "already_recorded")
    assert NoContact.objects.count() == 1


def test_pair_is_read_from_both_sides(own):
    manager = api(own, "manager")
    found = [
        manager.get(f"people/{one.public_id}/no-contacts/").json()["results"]
        for one in (own.mother, own.father)
    ]

    assert [[pair["id"] for pair in pairs] for pairs in found] == [[str(own.pair.public_id)]] * 2


@pytest.mark.parametrize(
    ("minutes", "meets"),
    [(0, True), (45, True), (60, True), (64, True), (65, False), (-64, True), (-65, False)],
)
def test_hours_that_bring_a_new_pair_together_become_a_task(own, minutes, meets):
    """D11: the sessions last fifty minutes, and fifteen lie between them."""
    starts_at = own.booking.starts_at + timedelta(minutes=minutes)
    building.place(own.centre, [own.service])
    wish = Wish(own.service, starts_at, own.colleague, (own.boy,), Modality.ON_SITE)
    services.book(wish, by=own.staff["coordinator"])

    ask(own, f"people/{own.mother.public_id}/no-contacts/", {"other": own.boy.public_id})

    tasks = Task.objects.filter(kind=Task.Kind.KEPT_APART)
    assert {task.about for task in tasks} == (
        {f"booking:{own.booking.public_id}"} if meets else set()
    )


def test_colleague_who_says_she_is_kin_no_longer_sees_the_family(own):
    psychologist = api(own, "psychologist")
    before = psychologist.get(f"people/{own.mother.public_id}/").status_code
    own_id = own.specialist.public_id
    psychologist.post(f"people/{own.mother.public_id}/walls/", {"specialist": own_id})

    after = psychologist.get(f"people/{own.mother.public_id}/").status_code
    assert (before, after) == (200, 404)


def test_what_a_walled_colleague_has_of_the_family_becomes_tasks(own):
    body = {"specialist": own.specialist.public_id}
    ask(own, f"people/{own.mother.public_id}/walls/", body, role="manager")

    tasks = Task.objects.filter(kind=Task.Kind.ANOTHER_COLLEAGUE, owner=None)
    repeated = Booking.objects.filter(term__series=own.series, status="confirmed")
    hours = [own.booking, own.hold, *repeated]
    assert {task.about for task in tasks} == {
        f"case:{own.case.public_id}",
        *(f"booking:{one.public_id}" for one in hours),
    }


def test_lifted_wall_opens_the_family_again(own):
    wall = KinshipWall.objects.create(user=own.colleague.user, household=own.household)
    api(own, "manager").delete(f"walls/{wall.public_id}/")

    assert not KinshipWall.objects.filter(user=own.colleague.user, household=own.household).exists()


# The page


def page(of: House, role: str, person, **sent):
    client = browser(of.staff[role])
    return client.post(f"/people/{person.public_id}/ties/", sent)


def test_page_records_a_carer(own):
    page(own, "psychologist", own.boy, act="carer", who=own.mother.public_id, relation="mother")

    assert Carer.objects.get(child=own.boy).adult == own.mother


def test_page_of_a_specialist_does_not_tell_who_must_not_be_met(own):
    name = own.father.full_name
    seen = {
        role: name in browser(own.staff[role]).get(f"/people/{own.mother.public_id}/ties/").text
        for role in ("psychologist", "coordinator")
    }

    assert seen == {"psychologist": False, "coordinator": True}


def test_page_refuses_a_specialist_who_would_keep_people_apart(own):
    answer = page(own, "psychologist", own.mother, act="apart", who=own.boy.public_id)

    assert answer.status_code == 403
    assert NoContact.objects.count() == 1


@pytest.mark.parametrize("act", ["apart", "wall", "no-apart", "no-wall", "carer", "no-carer"])
def test_page_answers_unknown_ids_with_not_found(own, act):
    answer = page(own, "manager", own.mother, act=act, who="00000000-0000-4000-8000-000000000000")

    assert answer.status_code == 404


def test_colleague_who_declares_kinship_is_led_away(own):
    answer = page(own, "psychologist", own.mother, act="wall", who=own.specialist.public_id)

    assert answer.headers["Location"] == "/"


def test_page_finds_people_to_add(own):
    Person.objects.filter(pk=own.father.pk).update(given_name="Рада")
    client = browser(own.staff["coordinator"])

    assert "Рада" in client.get(f"/people/{own.boy.public_id}/ties/", {"q": "рад"}).text


@pytest.mark.parametrize(("act", "tie"), [("no-carer", "carer"), ("no-wall", "wall")])
def test_page_of_one_family_does_not_undo_a_tie_of_another(own, act, tie):
    other = {"no-carer": own.father, "no-wall": own.mother}[act]
    answer = page(own, "coordinator", other, act=act, who=getattr(own, tie).public_id)

    assert answer.status_code == 404
    assert type(getattr(own, tie)).objects.filter(pk=getattr(own, tie).pk).exists()


def test_hold_that_has_expired_brings_nobody_together(own):
    wish = Wish(own.service, own.hold.starts_at, own.colleague, (own.boy,), Modality.ON_SITE)
    building.place(own.centre, [own.service])
    services.book(wish, by=own.staff["coordinator"])
    with clock.frozen(NOW + timedelta(minutes=31)):
        ask(own, f"people/{own.mother.public_id}/no-contacts/", {"other": own.boy.public_id})

    assert not Task.objects.filter(kind=Task.Kind.KEPT_APART).exists()
