"""What a centre begins with."""

import pytest
from django.core.validators import validate_slug

from scheduling import catalogue as consultations
from scheduling.models import Service
from tests.support import building
from workshops import catalogue
from workshops.models import Audience, Riding, Workshop

NAMES = {
    "Арт-ателие",
    "Психомоторика",
    "Откривател",
    "Хипотерапия",
    "Човек и природа",
    "Култура",
    "Фитнес",
    "Компютри",
    "Училище за бъдещи родители",
    "Групова работа за деца от ЦНСТ",
    "Обучение в родителски умения",
    "Подготовка на приемни родители и осиновители",
}


def named(*names: str) -> list[catalogue.Atelier]:
    return [one for one in catalogue.ATELIERS if one.name in names]


def test_every_workshop_is_there_under_its_bulgarian_name():
    assert {one.name for one in catalogue.ATELIERS} == NAMES


def test_codes_are_ascii_slugs_and_differ_from_the_consultations():
    codes = [one.code for one in catalogue.ATELIERS]
    codes += [offer.code for offer in consultations.OFFERS]
    for code in codes:
        validate_slug(code)
    assert len(set(codes)) == len(codes)


def test_initials_are_short_and_differ_from_the_consultations():
    initials = [one.initials for one in (*catalogue.ATELIERS, *consultations.OFFERS)]
    assert len(set(initials)) == len(initials)
    assert max(map(len, initials)) <= 6


def test_children_with_an_intellectual_disability_are_three_to_five():
    capacities = {
        one.capacity
        for one in catalogue.ATELIERS
        if Audience.INTELLECTUAL_DISABILITY in one.audiences
    }
    assert capacities == {5}


def test_children_without_parental_care_alone_are_six_to_eight():
    found = named("Човек и природа", "Култура")
    assert {one.capacity for one in found} == {8}
    assert {one.audiences for one in found} == {(Audience.WITHOUT_PARENTAL_CARE,)}


def test_the_discoverer_is_for_both():
    assert {len(one.audiences) for one in named("Откривател")} == {2}


def test_clubs_are_for_everybody_over_eleven_with_a_warning_at_eleven():
    clubs = named("Фитнес", "Компютри")
    assert {(one.least_age, one.doubtful_age, one.audiences) for one in clubs} == {(11, 11, ())}


def test_children_need_papers_and_two_adults_and_parents_no_papers():
    """D4, D14."""
    parents = named(
        "Училище за бъдещи родители",
        "Обучение в родителски умения",
        "Подготовка на приемни родители и осиновители",
    )
    children = [one for one in catalogue.ATELIERS if one not in parents]
    assert {one.access for one in parents} == {Service.Access.OPEN}
    assert {one.access for one in children} == {Service.Access.SPECIALISED}
    assert {one.least_adults for one in children if not one.is_ridden} == {2}


def test_hippotherapy_is_an_afternoon_with_an_instructor_and_a_leader_for_each_ride():
    """D16."""
    (one,) = named("Хипотерапия")
    assert (one.is_ridden, one.duration, one.least_adults) == (True, 180, 1)


@pytest.mark.django_db
def test_hippotherapy_alone_is_ridden():
    workshops = catalogue.offer_workshops(building.centre())
    assert [one.name for one in workshops if one.is_ridden] == ["Хипотерапия"]


@pytest.mark.django_db
def test_offering_again_lets_nobody_ride_where_the_centre_stopped_it():
    centre = building.centre()
    catalogue.offer_workshops(centre)
    Riding.objects.all().delete()
    catalogue.offer_workshops(centre)
    assert not Riding.objects.exists()


@pytest.mark.django_db
def test_a_centre_gets_the_whole_catalogue_as_it_may_be_stored():
    workshops = catalogue.offer_workshops(building.centre())
    for workshop in workshops:
        workshop.full_clean()
        workshop.service.full_clean()
    assert [one.name for one in workshops] == [one.name for one in catalogue.ATELIERS]


@pytest.mark.django_db
def test_no_workshop_is_offered_as_a_consultation():
    centre = building.centre()
    consultations.offer_catalogue(centre)
    catalogue.offer_workshops(centre)
    offered = Service.objects.filter(centre=centre, is_offered=True)
    assert offered.count() == len(consultations.OFFERS)


@pytest.mark.django_db
def test_offering_again_keeps_what_the_centre_edited():
    centre = building.centre()
    edited = catalogue.offer_workshops(centre)[0]
    Workshop.objects.filter(pk=edited.pk).update(capacity=4)
    assert catalogue.offer_workshops(centre)[0].capacity == 4
    assert Workshop.objects.filter(centre=centre).count() == len(NAMES)


@pytest.mark.django_db
def test_only_the_missing_workshops_are_made():
    centre = building.centre()
    first = catalogue.offer_workshops(centre)
    gone = first[3]
    gone.delete()
    gone.service.delete()
    again = catalogue.offer_workshops(centre)
    assert [one.name for one in again] == [one.name for one in first]


@pytest.mark.django_db
def test_centres_do_not_share_workshops():
    one, other = (catalogue.offer_workshops(building.centre()) for _ in range(2))
    assert not {each.pk for each in one} & {each.pk for each in other}
