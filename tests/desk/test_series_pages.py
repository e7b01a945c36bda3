"""The pages of what repeats, as a browser without scripts gets them."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from base import clock
from people.models import EntryBasis
from scheduling import services
from scheduling.models import Booking, Closure, Series
from tests.desk.test_stay_pages import plain
from tests.scheduling.series.conftest import NOW, TUESDAY, WEEK, dates, make_house
from tests.support import calling
from tests.support.building import at

THURSDAY = TUESDAY + timedelta(days=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday_at_eight():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def house():
    return make_house()


@pytest.fixture
def client(house):
    return calling.browser(house.by)


def hour(house, **fields):
    return {
        "service": house.talk.public_id,
        "specialist": house.maria.public_id,
        "person": house.mother.public_id,
        "modality": "on_site",
        "starts_at": at(TUESDAY, 10).isoformat(),
        "once": "1",
    } | fields


def repeated(client, house, **fields):
    return client.get(f"{reverse('repeat-hour')}?{urlencode(hour(house, **fields))}")


def press(client, series, act, **filled):
    path = reverse("series-page", args=[series.public_id])
    version = Series.objects.get(pk=series.pk).version
    return client.post(path, {"act": act, "version": version, **filled}, follow=True)


def test_hour_leads_to_the_page_that_repeats_it(client, house):
    page = client.get(f"{reverse('book-hour')}?{urlencode(hour(house))}").content.decode()

    assert reverse("repeat-hour") in page


def test_dates_are_shown_before_they_are_booked(client, house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Repairs")
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)

    page = plain(repeated(client, house, ends="count", count=3, until=""))

    assert "всеки вторник, 10:00" in page
    assert "Свободна е 1 от 3 дати." in page
    assert "Repairs" in page
    assert "09:00" in page
    assert Booking.objects.count() == 1


def test_series_is_booked_with_the_hours_chosen_instead(client, house):
    services.book(house.wish(at(TUESDAY + WEEK, 10)), by=house.by)
    services.book(house.wish(at(TUESDAY + 2 * WEEK, 10)), by=house.by)
    instead = {
        f"instead-{at(TUESDAY + WEEK, 10):%Y-%m-%dT%H:%MZ}": at(TUESDAY + WEEK, 12).isoformat(),
        f"instead-{at(TUESDAY + 2 * WEEK, 10):%Y-%m-%dT%H:%MZ}": "skip",
    }

    answer = client.post(
        reverse("repeat-hour"),
        hour(house, ends="count", count=4, until="", rhythm="weekly", interval=1) | instead,
        follow=True,
    )

    assert "Запазени дати: 3." in plain(answer)
    assert dates(Series.objects.get()) == [
        "02.03 10:00",
        "09.03 12:00",
        "-16.03 left_out",
        "23.03 10:00",
    ]


def test_date_left_out_stays_out_though_its_hour_is_free_by_then(client, house):
    skipped = {f"instead-{at(TUESDAY + WEEK, 10):%Y-%m-%dT%H:%MZ}": "skip"}
    asked = hour(house, ends="count", count=3, until="", rhythm="weekly", interval=1)

    client.post(reverse("repeat-hour"), asked | skipped)

    assert dates(Series.objects.get()) == ["02.03 10:00", "-09.03 left_out", "16.03 10:00"]


def test_series_of_which_every_date_is_left_out_is_refused(client, house):
    asked = hour(house, ends="count", count=1, until="", rhythm="weekly", interval=1)
    skipped = {f"instead-{at(TUESDAY, 10):%Y-%m-%dT%H:%MZ}": "skip"}

    client.post(reverse("repeat-hour"), asked | skipped)

    assert not Series.objects.exists()


def test_nothing_is_to_be_chosen_where_papers_are_missing(client, house):
    EntryBasis.objects.update(valid_until=TUESDAY + WEEK)

    answer = repeated(client, house, ends="count", count=4, until="")

    assert "Свободни са 2 от 4 дати." in plain(answer)
    assert "instead-" not in answer.content.decode()


def test_button_pressed_twice_makes_one_series(client, house):
    for _ in range(2):
        client.post(reverse("repeat-hour"), hour(house, ends="count", count=3, until=""))

    assert Series.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"interval": "0"}, "по-голяма или равна на 1"),
        ({"interval": "x"}, "цяло число"),
        ({"until": "1.1.9999"}, "между 1900 и 2199"),
        ({"until": ""}, "Кажете докога."),
        ({"ends": "count", "count": ""}, "Кажете докога."),
        ({"ends": "count", "count": "367"}, "по-малка или равна на 366"),
        ({"rhythm": "hourly"}, "Направете валиден избор"),
        ({"weekdays": "9"}, "Направете валиден избор"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(client, house, typed, sentence):
    answer = repeated(client, house, **typed)

    assert answer.status_code == 422
    assert sentence in plain(answer)


def test_what_cannot_be_is_said_above_the_dates(client, house):
    page = plain(repeated(client, house, weekdays="2"))

    assert "не е сред дните" in page


def test_series_tells_its_dates_and_what_was_left_out(client, house):
    Closure.objects.create(centre=house.talk.centre, on=TUESDAY + WEEK, name="Repairs")
    series = house.series(count=3)

    page = plain(client.get(reverse("series-page", args=[series.public_id])))

    assert "всеки вторник, 10:00" in page
    assert "пропусната : Repairs" in page.replace("пропусната:", "пропусната :")
    assert "Последна промяна: създадена" in page


def test_date_that_a_change_left_out_is_told_where_and_why(client, house):
    Closure.objects.create(centre=house.talk.centre, on=THURSDAY, name="Repairs")
    series = house.series(count=2)

    page = press(client, series, "split", since=at(TUESDAY, 10).isoformat(), on="04.03.2027")

    assert "четвъртък, 04.03.2027 г., 10:00 пропусната: Repairs" in plain(page)


def test_every_button_of_a_series_works(client, house):
    series = house.series(count=4)
    second = at(TUESDAY + WEEK, 10)

    press(client, series, "split", since=second.isoformat(), at="12:00")
    assert dates(series)[1:] == ["09.03 12:00", "16.03 12:00", "23.03 12:00"]

    press(client, series, "undo")
    assert dates(series)[1:] == ["09.03 10:00", "16.03 10:00", "23.03 10:00"]

    press(client, series, "extend", until="30.03.2027")
    assert dates(series)[4:] == ["30.03 10:00"]

    press(client, series, "end", since=(second + 2 * WEEK).isoformat(), party="client")
    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00"]

    one = Booking.objects.get(starts_at=second)
    services.cancel_booking(one, by=house.by, party=Booking.Party.CLIENT)
    press(client, series, "restore", original_start=second.isoformat())
    assert dates(series) == ["02.03 10:00", "09.03 10:00", "16.03 10:00"]


def test_change_that_clashes_is_refused_unless_dates_may_be_left_out(client, house):
    services.book(house.wish(at(TUESDAY + WEEK, 12)), by=house.by)
    series = house.series(count=2)
    asked = {"since": at(TUESDAY, 10).isoformat(), "at": "12:00"}

    assert press(client, series, "split", **asked).status_code == 422
    assert dates(series) == ["02.03 10:00", "09.03 10:00"]

    press(client, series, "split", **asked, skip="on")
    assert dates(series) == ["02.03 12:00", "x09.03 10:00"]


def test_refused_change_keeps_what_was_typed(client, house):
    series = house.series(count=2)

    answer = press(client, series, "split", since=at(TUESDAY, 10).isoformat(), at="03:30")

    assert answer.status_code == 422
    assert "часовникът се мести" in plain(answer)
    assert 'value="03:30"' in answer.content.decode()


@pytest.mark.parametrize(
    ("act", "filled"),
    [
        ("split", {"since": "yesterday"}),
        ("split", {"since": at(TUESDAY + timedelta(days=1), 10).isoformat()}),
        ("split", {}),
        ("end", {"since": at(TUESDAY, 10).isoformat()}),
        ("end", {"since": at(TUESDAY, 10).isoformat(), "party": "nobody"}),
        ("extend", {"until": "31.02.2027"}),
        ("restore", {"original_start": "x"}),
        ("what", {}),
    ],
)
def test_bad_input_changes_nothing(client, house, act, filled):
    series = house.series(count=2)

    answer = press(client, series, act, **filled)

    assert answer.status_code == 422
    assert dates(series) == ["02.03 10:00", "09.03 10:00"]


def test_stale_page_is_refused(client, house):
    series = house.series(count=2)
    press(client, series, "extend", until="30.03.2027")

    path = reverse("series-page", args=[series.public_id])
    answer = client.post(path, {"act": "undo", "version": 1}, follow=True)

    assert "Междувременно някой го е променил" in plain(answer)


def test_person_s_page_and_booking_s_page_lead_to_the_series(client, house):
    series = house.series(count=2)
    there = reverse("series-page", args=[series.public_id])

    person = client.get(reverse("person-page", args=[house.mother.public_id]))
    booking = client.get(reverse("booking-page", args=[Booking.objects.first().public_id]))

    assert there in person.content.decode()
    assert there in booking.content.decode()


def test_calendar_file_is_the_series(client, house):
    series = house.series(count=2)

    answer = client.get(reverse("series-file", args=[series.public_id]))

    assert answer["Content-Type"].startswith("text/calendar")
    assert b"RRULE:" in answer.content


def test_past_dates_are_apart(client, house):
    series = house.series(count=2)

    with clock.frozen(at(TUESDAY, 12)):
        page = plain(client.get(reverse("series-page", args=[series.public_id])))

    ahead, past = page.split("Минали дати")
    assert "09.03.2027" in ahead
    assert "02.03.2027" in past
