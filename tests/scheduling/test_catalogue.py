"""What a centre offers to begin with."""

from datetime import timedelta

import pytest
from django.core.validators import validate_slug

from scheduling import catalogue
from scheduling.models import Modality, Service
from tests.support import building

NAMES = {
    "Социално консултиране",
    "Психологическо консултиране",
    "Юридическо консултиране",
    "Семейна медиация / брачно консултиране",
    "Посредничество",
    "Придружаване",
    "Наблюдение",
    "Образователна подкрепа",
    "Логопедична подкрепа",
    "Трудотерапия",
    "Предоставяне на материална подкрепа",
    "Социална работа с деца в риск",
    "Социална работа със семейства в риск",
    "Социална работа с деца от институции (индивидуална оценка, реинтеграция)",
    "Оценка на кандидати за приемни родители и осиновители",
    "Превенция на изоставянето в родилно отделение",
}


def offer(code):
    return next(offer for offer in catalogue.OFFERS if offer.code == code)


def test_every_consultation_is_offered_under_its_bulgarian_name():
    assert {offer.name for offer in catalogue.OFFERS} == NAMES


def test_codes_are_ascii_slugs_and_differ():
    codes = [offer.code for offer in catalogue.OFFERS]
    for code in codes:
        validate_slug(code)
    assert len(set(codes)) == len(NAMES)


def test_initials_are_short_and_differ():
    initials = {offer.initials for offer in catalogue.OFFERS}
    assert len(initials) == len(NAMES)
    assert max(map(len, initials)) <= 6


def test_fields_called_ours_exist():
    fields = {field.name for field in Service._meta.get_fields()}
    assert {name for offer in catalogue.OFFERS for name in offer.our_defaults} <= fields


@pytest.mark.parametrize(
    ("code", "minutes"),
    [
        ("psychological-counselling", (50, 10)),
        ("legal-counselling", (50, 10)),
        ("speech-therapy", (40, 10)),
        ("children-at-risk", (40, 10)),
        ("material-support", (20, 10)),
    ],
)
def test_sessions_and_buffers_have_their_usual_length(code, minutes):
    assert (offer(code).duration, offer(code).buffer) == minutes


def test_a_day_of_short_sessions_may_follow_its_own_rhythm():
    short = [offer for offer in catalogue.OFFERS if offer.duration < 50]
    assert [(offer.duration + offer.buffer) % offer.step for offer in short] == [0] * len(short)


def test_only_short_counselling_is_open_to_everybody():
    general = [o.code for o in catalogue.OFFERS if o.access == Service.Access.GENERAL]
    assert general == ["social-counselling"]


def test_couples_and_candidates_meet_two_specialists():
    pairs = {offer.code for offer in catalogue.OFFERS if offer.specialists == 2}
    assert pairs == {"family-mediation", "carer-assessment"}


def test_only_what_goes_into_the_field_needs_a_car():
    with_car = [offer for offer in catalogue.OFFERS if offer.needs_vehicle]
    assert with_car
    assert all(Modality.FIELD in offer.modalities for offer in with_car)


@pytest.mark.django_db
def test_a_centre_gets_the_whole_catalogue():
    services = catalogue.offer_catalogue(building.centre())
    assert [service.name for service in services] == [offer.name for offer in catalogue.OFFERS]


@pytest.mark.django_db
def test_a_service_is_stored_as_offered():
    stored = {s.code: s for s in catalogue.offer_catalogue(building.centre())}["family-mediation"]
    stored.full_clean()
    assert (stored.duration, stored.buffer_after, stored.travel, stored.specialists) == (
        timedelta(minutes=50),
        timedelta(minutes=10),
        timedelta(minutes=30),
        2,
    )


@pytest.mark.django_db
def test_offering_again_keeps_what_the_centre_edited():
    centre = building.centre()
    edited = catalogue.offer_catalogue(centre)[0]
    edited.duration = timedelta(minutes=45)
    edited.save()
    assert catalogue.offer_catalogue(centre)[0].duration == timedelta(minutes=45)
    assert Service.objects.filter(centre=centre).count() == len(NAMES)


@pytest.mark.django_db
def test_only_the_missing_services_are_made():
    centre = building.centre()
    first = catalogue.offer_catalogue(centre)
    first[3].delete()
    again = catalogue.offer_catalogue(centre)
    assert [s.code for s in again] == [s.code for s in first]


@pytest.mark.django_db
def test_centres_do_not_share_services():
    one, other = (catalogue.offer_catalogue(building.centre()) for _ in range(2))
    assert not {s.pk for s in one} & {s.pk for s in other}
