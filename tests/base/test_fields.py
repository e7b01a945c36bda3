"""What the interface takes for an instant, a wall-clock time, a date, a window and a label."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from rest_framework import serializers

from base.fields import DayField, IdField, InstantField, LabelField, LocalTimeField, Window


def codes(kind: serializers.Field, value: object) -> str:
    """The code of the refusal; fails when there is none."""
    with pytest.raises(serializers.ValidationError) as refused:
        kind.run_validation(value)
    (code,) = refused.value.get_codes()
    return code


# Ids


@pytest.mark.parametrize("value", [0, 5, True, 10**38, 1.5, [], {}, "5", ""])
def test_id_is_a_uuid_in_letters(value):
    assert codes(IdField(), value) == "invalid"


def test_id_is_taken_as_it_was_given():
    assert IdField().run_validation(str(UUID(int=7))) == UUID(int=7)


# Instants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-01T10:00:00+02:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T10:00+02:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T08:00Z", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T08:00:00+00:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T02:30-05:30", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        (" 2027-03-01T08:00Z ", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T10:00 02:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),  # a + lost in a URL
        # The night that has 03:30 twice: the offset says which.
        ("2027-10-31T03:30+03:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        ("2027-10-31T03:30+02:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
        # The night without 03:30 in Sofia: with an offset it is an instant like any other.
        ("2027-03-28T03:30+02:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        ("1900-01-01T00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
        ("2199-12-31T23:59Z", datetime(2199, 12, 31, 23, 59, tzinfo=UTC)),
    ],
)
def test_instant_is_read_in_utc(text, expected):
    assert InstantField().run_validation(text) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2027-03-01T10:00", "offset"),
        ("2027-03-01", "offset"),
        ("0001-01-01T00:00+02:00", "year"),
        ("1899-12-31T23:59Z", "year"),
        ("2200-01-01T00:00Z", "year"),
        ("9999-12-31T23:59-12:00", "year"),
        ("2027-03-01T10:00:01Z", "minute"),
        ("2027-03-01T10:00:00.5Z", "minute"),
        ("2027-02-29T10:00Z", "invalid"),
        ("2027-03-01T24:01Z", "invalid"),
        ("01.03.2027 10:00", "invalid"),
        ("tomorrow", "invalid"),
        ("", "invalid"),
        ("\x00", "invalid"),
        ("9" * 10_000, "invalid"),
        (1_900_000_000, "invalid"),
        (True, "invalid"),
        (["2027-03-01T10:00Z"], "invalid"),
        ({}, "invalid"),
        (None, "null"),
    ],
)
def test_what_is_no_instant_is_refused(value, code):
    assert codes(InstantField(), value) == code


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2027, 3, 1, 8, tzinfo=UTC), "2027-03-01T10:00:00+02:00"),
        (datetime(2027, 7, 1, 8, tzinfo=UTC), "2027-07-01T11:00:00+03:00"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "2027-10-31T03:30:00+03:00"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "2027-10-31T03:30:00+02:00"),
    ],
)
def test_instant_is_told_in_sofia_with_its_offset(instant, text):
    assert InstantField().to_representation(instant) == text


# Wall-clock times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-01T10:00", "2027-03-01T10:00:00"),
        ("2027-03-01 10:00:00", "2027-03-01T10:00:00"),
        ("2027-03-28T03:30", "2027-03-28T03:30:00"),  # judged with its fold, not here
    ],
)
def test_local_time_stays_naive(text, expected):
    assert LocalTimeField().run_validation(text).isoformat() == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2027-03-01T10:00+02:00", "aware"),
        ("2027-03-01T10:00Z", "aware"),
        ("0001-01-01T00:00", "year"),
        ("9999-12-31T23:59", "year"),
        ("2027-03-01T10:00:30", "minute"),
        ("10:00", "invalid"),
        ("", "invalid"),
        (20270301, "invalid"),
        (None, "null"),
    ],
)
def test_what_is_no_local_time_is_refused(value, code):
    assert codes(LocalTimeField(), value) == code


# Dates


@pytest.mark.parametrize("text", ["1900-01-01", "2027-02-28", "2028-02-29", "2199-12-31"])
def test_date_of_a_sensible_year_is_read(text):
    assert DayField().run_validation(text) == date.fromisoformat(text)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("0001-01-01", "year"),
        ("1899-12-31", "year"),
        ("2200-01-01", "year"),
        ("9999-12-31", "year"),
        ("2027-02-29", "invalid"),
        ("31.12.2027", "invalid"),
        ("2027-03-01T10:00", "invalid"),
        ("", "invalid"),
        (20270301, "invalid"),
        (None, "null"),
    ],
)
def test_what_is_no_date_is_refused(value, code):
    assert codes(DayField(), value) == code


# Windows


def window(begins: str, ends: str) -> Window:
    form = Window(data={"from": begins, "to": ends})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("begins", "ends", "wrong"),
    [
        ("2027-03-01T10:00Z", "2027-03-01T10:01Z", []),
        ("2027-03-01T10:00Z", "2027-03-01T10:00Z", ["to"]),  # empty
        ("2027-03-01T10:00Z", "2027-03-01T09:59Z", ["to"]),  # backwards
        ("2027-03-01T10:00Z", "2027-06-02T10:00Z", []),  # the longest: 93 days
        ("2027-03-01T10:00Z", "2027-06-02T10:01Z", ["to"]),
        ("2027-03-01T10:00", "2027-03-02T10:00Z", ["from"]),
        ("", "", ["from", "to"]),
    ],
)
def test_window_has_a_length(begins, ends, wrong):
    assert sorted(window(begins, ends).errors) == wrong


def test_window_gives_both_ends_in_utc():
    assert window("2027-03-01T10:00+02:00", "2027-03-01T11:00+02:00").validated_data == {
        "from": datetime(2027, 3, 1, 8, tzinfo=UTC),
        "to": datetime(2027, 3, 1, 9, tzinfo=UTC),
    }


# Labels


@pytest.mark.parametrize("text", ["Мария", "O'Neill-Иванова", " Ана ", "李", "a" * 60, "🙂"])
def test_label_is_any_printable_text(text):
    assert LabelField(max_length=60).run_validation(text) == text.strip()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("a\nb", "control"),
        ("a\tb", "control"),
        ("a\x1bb", "control"),
        ("a\u200bb", "control"),  # a space that nobody sees
        ("a\u202eb", "control"),  # turns the writing around
        ("a\x00b", "control"),
        ("a\ud800b", "control"),  # half a character
        ("a" * 61, "max_length"),
        ("a" * 10_000, "max_length"),
        ("", "blank"),
        ("   ", "blank"),
        (["a"], "invalid"),
        ({}, "invalid"),
        (True, "invalid"),
        (None, "null"),
    ],
)
def test_what_is_no_label_is_refused(value, code):
    assert codes(LabelField(max_length=60), value) == code
