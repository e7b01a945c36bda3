"""Calendars over HTTP are told from remembered texts: the same as the events themselves."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from base.renderers import to_json
from people.models import KinshipWall, Role
from people.policies import staff
from scheduling import blocking, calendars, closing, event_texts, services
from scheduling.models import Booking, Participation, Service
from scheduling.shapes.events import event_shown
from scheduling.texts import Keeper
from tests.scheduling.test_api import MONDAY, TEN, TUESDAY, Office, monday_at_eight, office
from tests.support import building
from tests.support.building import at
from tests.support.calling import Api, wire

__all__ = ["monday_at_eight", "office"]

WINDOW = at(MONDAY, 0), at(MONDAY + timedelta(days=14), 0)


def told(user, **query) -> list[dict]:
    window = {"from": wire(WINDOW[0]), "to": wire(WINDOW[1])}
    answer = Api(user).get("calendar/", window | query)
    assert answer.status_code == 200
    return answer.json()["results"]


def events(user) -> list[dict]:
    reader = staff(user)
    found = calendars.events(calendars.of_centres(reader.centre_ids, *WINDOW), reader)
    return json.loads(to_json([event_shown(event) for event in found]))


@pytest.fixture
def busy(office) -> Office:
    """An office with a session of every kind, some of them closed."""
    child = building.person(office.centre, birth_on=clock.today() - timedelta(days=2000))
    office.booked(at(MONDAY, 9), people=[office.mother.public_id, child.public_id])
    office.booked(TEN)
    office.booked(at(TUESDAY, 12), hold=True)
    office.booked(at(TUESDAY, 14), modality="phone")
    blocking.block_resource(
        office.room,
        centre_id=office.centre.pk,
        starts_at=at(TUESDAY, 15),
        ends_at=at(TUESDAY, 17),
        reason=Booking.BlockReason.MAINTENANCE,
        by=office.coordinator,
    )
    return office


@pytest.mark.parametrize(
    "reader", ["coordinator", "her own specialist", "leader", "case lead", "kin"]
)
def test_texts_are_the_events(busy, reader):
    user = busy.coordinator
    if reader == "specialist":
        user = busy.lead.user
    if reader == "leader":
        user = building.user(busy.centre, Role.Name.LEADER)
    if reader == "case lead":
        user = building.case(busy.mother).lead
    if reader == "kin":
        KinshipWall.objects.create(user=user, household=busy.mother.household)

    first, again = told(user), told(user)

    assert first == again == events(user)
    assert len(first) == 5


def test_readers_do_not_share_what_they_may_not_know(busy):
    leader = building.user(busy.centre, Role.Name.LEADER)

    known, unknown = told(busy.coordinator), told(leader)

    assert [event["known"] for event in known] == [True] * 5
    assert {(event["known"], event["title"]) for event in unknown} == {(False, "busy")}


def test_the_second_reading_asks_for_no_event(busy):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            told(busy.coordinator)
        counts.append(len(asked))

    assert counts[0] - counts[1] == 1


@pytest.mark.parametrize("change", ["outcome", "cancel", "move", "rename", "wall", "role"])
def test_what_changes_is_told_at_once(busy, change):
    user = building.user(busy.centre, Role.Name.COORDINATOR)
    before = told(user)
    booking = Booking.objects.get(starts_at=at(MONDAY, 9))
    match change:
        case "outcome":
            with clock.frozen(at(MONDAY, 10)):
                closing.record_outcomes(
                    booking, {busy.mother: Participation.Outcome.ATTENDED}, by=user
                )
        case "cancel":
            services.cancel_booking(booking, by=user, party=Booking.Party.CLIENT)
        case "move":
            services.reschedule_booking(booking, starts_at=at(MONDAY, 13), by=user)
        case "rename":
            Service.objects.filter(pk=busy.service.pk).update(name="Другояче")
        case "wall":
            KinshipWall.objects.create(user=user, household=busy.mother.household)
        case "role":
            Role.objects.filter(user=user).update(name=Role.Name.LEADER)

    assert told(user) != before
    assert told(user) == events(user)


def test_only_so_many_texts_are_kept(busy, monkeypatch):
    monkeypatch.setattr(event_texts, "keeper", Keeper(most=3))

    assert told(busy.coordinator) == events(busy.coordinator)
    assert told(busy.coordinator) == events(busy.coordinator)
    assert sum(map(len, event_texts.keeper.kept.values())) <= 5


def test_a_booking_that_goes_between_glance_and_text_is_left_out(busy):
    reader = staff(busy.coordinator)
    found = calendars.glances(calendars.of_centres(reader.centre_ids, *WINDOW), reader).answer()
    gone = Booking.objects.get(starts_at=at(MONDAY, 9))
    gone.changes.all().delete()
    gone.delete()

    left = json.loads(to_json(event_texts.shown(found, reader, None)))

    assert len(left) == found.count - 1
