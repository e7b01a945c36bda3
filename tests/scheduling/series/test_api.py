"""Series over HTTP: what a client sends and gets. Who may is in tests/config/test_access.py."""

from datetime import date, timedelta

import pytest

from base import clock
from people.models import EntryBasis
from scheduling import services
from scheduling.models import Booking, Closure
from tests.scheduling.series.conftest import TUESDAY, WEEK
from tests.support import building
from tests.support.building import at
from tests.support.calling import Api, wire

WEEKLY = {"freq": "weekly", "count": 4}


@pytest.fixture
def api(house):
    return Api(house.by)


def body(house, **fields):
    return {
        "service": house.talk.public_id,
        "starts_at": wire(at(TUESDAY, 10)),
        "specialist": house.maria.public_id,
        "people": [house.mother.public_id],
        "modality": "on_site",
        "rule": WEEKLY,
    } | fields


def made(api, house, **fields):
    answer = api.post("series/", body(house, **fields))
    assert answer.status_code == 201, answer.content
    return answer.json()


def starts(answer) -> list[str]:
    return [f"{line['starts_at'][5:16]} {line['state']}" for line in answer["dates"]]


def test_series_tells_every_date(api, house):
    answer = made(api, house)

    assert starts(answer) == [
        "03-02T10:00 booked",
        "03-09T10:00 booked",
        "03-16T10:00 booked",
        "03-23T10:00 booked",
    ]
    assert answer["rule"] == {
        "freq": "weekly",
        "interval": 1,
        "byweekday": ["TU"],
        "bysetpos": None,
        "until": "2027-03-23",
    }
    assert api.get(f"series/{answer['id']}/").json() == answer


def test_dry_run_books_nothing_and_says_what_stands_in_the_way(api, house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    answer = api.post("series/", body(house, dry_run=True))

    assert answer.status_code == 200
    lines = answer.json()["dates"]
    assert [line["state"] for line in lines] == ["free", "closed", "clash", "free"]
    assert "Ремонт" in lines[1]["detail"]
    assert Booking.objects.count() == 1


def test_dry_run_proposes_the_nearest_free_hour(api, house):
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    lines = api.post("series/", body(house, dry_run=True)).json()["dates"]

    assert [line["proposal"] and line["proposal"]["starts_at"] for line in lines] == [
        None,
        None,
        "2027-03-16T09:00:00+02:00",
        None,
    ]


def test_proposals_are_not_hours_that_the_series_itself_takes(api, house):
    """On Thursday of the first week the house is closed; every free hour around it is Friday's."""
    daily = {"freq": "daily", "count": 4}
    services.book(house.wish(at(TUESDAY + timedelta(days=2), 10)), by=house.by)

    lines = api.post("series/", body(house, rule=daily, dry_run=True)).json()["dates"]

    proposals = {line["proposal"]["starts_at"] for line in lines if line["proposal"]}
    taken = {line["starts_at"] for line in lines if line["state"] == "free"}
    assert proposals
    assert not proposals & taken


def test_no_hour_is_proposed_where_papers_are_missing(api, house):
    EntryBasis.objects.update(valid_until=TUESDAY + WEEK)

    lines = api.post("series/", body(house, dry_run=True)).json()["dates"]

    assert [line["code"] for line in lines] == ["", "", "no_entry_basis", "no_entry_basis"]
    assert [line["proposal"] for line in lines] == [None] * 4


def test_proposal_is_taken_by_naming_it(api, house):
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)
    moved = {
        "original_start": wire(at(TUESDAY + 2 * WEEK, 10)),
        "starts_at": wire(at(TUESDAY + 2 * WEEK, 11)),
    }

    answer = made(api, house, moved=[moved])

    assert starts(answer)[2] == "03-16T11:00 moved"


def test_clash_is_a_conflict_that_names_the_interval(api, house):
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    answer = api.post("series/", body(house))

    assert answer.status_code == 409
    assert answer.json()["code"] == "resource_unavailable"
    assert answer.json()["starts_at"] == at(TUESDAY + 2 * WEEK, 10).isoformat()


def test_skipped_dates_keep_their_reason(api, house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    lines = made(api, house, skip_clashes=True)["dates"]

    assert [(line["state"], line["code"], line["detail"]) for line in lines[1:3]] == [
        ("skipped", "closed", "Ремонт"),
        ("skipped", "resource_unavailable", "the time was taken"),
    ]


def test_date_that_a_change_left_out_is_skipped_too(api, house):
    thursday = TUESDAY + timedelta(days=2)
    Closure.objects.create(centre=house.talk.centre, on=thursday, name="Ремонт")
    series = made(api, house)

    answer = api.post(f"series/{series['id']}/split/", {"starts_at": wire(at(thursday, 10))})

    first = answer.json()["dates"][0]
    assert starts(answer.json())[0] == "03-04T10:00 skipped"
    assert (first["code"], first["detail"]) == ("closed", "Ремонт")


def test_same_key_makes_one_series(api, house):
    first = api.post("series/", body(house), idempotency_key="once")
    again = api.post("series/", body(house), idempotency_key="once")

    assert first.json() == again.json()
    assert Booking.objects.count() == 4


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"freq": "hourly"}, "rule.freq"),
        ({"freq": "weekly", "until": "2027-04-01", "count": 3}, "rule.count"),
        ({"freq": "daily", "byweekday": ["MO"]}, "rule.byweekday"),
        ({"freq": "monthly", "byweekday": ["MO"]}, "rule.byweekday"),
        ({"freq": "monthly", "bysetpos": 1, "byweekday": ["MO", "TU"]}, "rule.byweekday"),
        ({"freq": "weekly", "bysetpos": 1}, "rule.bysetpos"),
        ({"freq": "monthly", "bysetpos": 5}, "rule.bysetpos"),
        ({"freq": "weekly", "interval": 0}, "rule.interval"),
        ({"freq": "weekly", "count": 367}, "rule.count"),
        ({"freq": "weekly", "until": "9999-01-01"}, "rule.until"),
        ({"freq": "weekly", "byweekday": [1]}, "rule.byweekday"),
    ],
)
def test_rules_nobody_books_by(api, house, rule, field):
    answer = api.post("series/", body(house, rule=rule))

    assert answer.status_code == 400
    assert any(error["field"].startswith(field) for error in answer.json()["errors"])


def test_this_and_following(api, house):
    series = made(api, house)
    since = wire(at(TUESDAY + 2 * WEEK, 10))

    answer = api.post(
        f"series/{series['id']}/split/",
        {"since": since, "starts_at": wire(at(TUESDAY + 2 * WEEK, 13)), "version": 1},
    )

    assert starts(answer.json())[1:] == [
        "03-09T10:00 booked",
        "03-16T13:00 booked",
        "03-23T13:00 booked",
    ]


def test_end_extend_and_undo(api, house):
    series = made(api, house)
    path = f"series/{series['id']}"

    extended = api.post(f"{path}/extend/", {"until": "2027-04-06"}).json()
    assert len(extended["dates"]) == 6
    assert extended["undo_until"] is not None

    undone = api.post(f"{path}/undo/", {}).json()
    assert starts(undone) == starts(series)
    assert undone["undo_until"] is None

    ended = api.post(f"{path}/cancel/", {"since": wire(at(TUESDAY + WEEK, 10))}).json()
    assert starts(ended) == ["03-02T10:00 booked"]


def test_cancelled_date_is_restored(api, house):
    series = made(api, house)
    second = series["dates"][1]
    api.post(f"bookings/{second['booking']}/cancel/", {})

    answer = api.post(
        f"series/{series['id']}/restore/", {"original_start": second["original_start"]}
    )

    assert starts(answer.json()) == starts(series)


def test_booking_tells_its_series(api, house):
    series = made(api, house)
    second = series["dates"][1]

    booking = api.get(f"bookings/{second['booking']}/").json()

    assert booking["series"] == series["id"]
    assert booking["original_start"] == second["original_start"]


def test_nothing_ahead_cannot_be_changed(api, house):
    series = made(api, house)

    with clock.frozen(at(date(2027, 4, 5), 8)):
        answer = api.post(f"series/{series['id']}/cancel/", {})

    assert answer.status_code == 422
    assert answer.json()["code"] == "series_over"


def test_making_costs_the_same_queries_for_three_dates_and_for_thirty(
    api, house, django_assert_max_num_queries
):
    """Each with a day off among them, which is recorded apart."""
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Ремонт")
    other = building.person(house.talk.centre)
    building.case(other, services=[house.talk])
    made(api, house)

    def cost(count, **fields) -> int:
        with django_assert_max_num_queries(200) as queries:
            made(api, house, rule={"freq": "weekly", "count": count}, **fields)
        return len(queries)

    three = cost(3, starts_at=wire(at(TUESDAY, 12)), people=[other.public_id])
    thirty = cost(30, starts_at=wire(at(TUESDAY, 14)), skip_clashes=True)
    assert thirty == three


def test_reading_costs_the_same_for_three_dates_and_for_thirty(
    api, house, django_assert_max_num_queries
):
    few = made(api, house, rule={"freq": "weekly", "count": 3})
    many = made(
        api,
        house,
        starts_at=wire(at(TUESDAY, 14)),
        rule={"freq": "weekly", "count": 30},
        skip_clashes=True,
    )

    def cost(series) -> int:
        with django_assert_max_num_queries(100) as queries:
            api.get(f"series/{series['id']}/")
        return len(queries)

    assert cost(many) == cost(few)


def test_series_that_was_undone_is_still_shown(api, house):
    series = made(api, house)

    undone = api.post(f"series/{series['id']}/undo/", {})

    assert (undone.status_code, undone.json()["dates"]) == (200, [])


def test_what_is_extended_after_an_undo_is_what_stood_before(api, house):
    series = made(api, house)
    path = f"series/{series['id']}"
    api.post(f"{path}/split/", {"starts_at": wire(at(TUESDAY, 13))})
    api.post(f"{path}/undo/", {})

    extended = api.post(f"{path}/extend/", {"until": "2027-03-30"}).json()

    assert starts(extended) == [*starts(series), "03-30T10:00 booked"]
