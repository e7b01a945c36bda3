"""When a calendar is busy: what takes time, what does not, and what is not read."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.clock import SOFIA, local
from base.errors import DomainError
from scheduling.incoming.errors import UnreadableEvent
from scheduling.incoming.ical import read_busy
from scheduling.intervals import Span, instant_of, intersect, merge, seconds
from tests.scheduling.incoming.files import calendar, event, one, published
from tests.support.building import at

BEGINS, ENDS = at(date(2027, 2, 28), 0), at(date(2028, 3, 3), 0)
MARCH_8 = "DTSTART;TZID=Europe/Sofia:20270308T100000"


def spans(text: bytes, begins: datetime = BEGINS, ends: datetime = ENDS) -> list[Span]:
    return read_busy(text, begins, ends).spans


def busy(text: bytes, until: date = date(2027, 4, 30)) -> list[str]:
    """As "08.03 10:00-11:00", by Sofia's clock."""
    found = [[local(instant_of(second)) for second in span] for span in spans(text)]
    return [f"{a:%d.%m %H:%M}-{b:%H:%M}" for a, b in found if a.date() <= until]


# One event


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270308T080000Z", "DTEND:20270308T090000Z"], ["08.03 10:00-11:00"]),
        (["DTSTART:20270308T100000", "DTEND:20270308T110000"], ["08.03 10:00-11:00"]),
        ([MARCH_8, "DTEND;TZID=Europe/Sofia:20270308T110000"], ["08.03 10:00-11:00"]),
        ([MARCH_8, "DTEND:20270308T090000Z"], ["08.03 10:00-11:00"]),
        ([MARCH_8, "DURATION:PT1H30M"], ["08.03 10:00-11:30"]),
        ([MARCH_8, "DURATION:P1DT1H"], ["08.03 10:00-11:00"]),
        (["dtstart:20270308T080000Z", "duration:pt1h"], ["08.03 10:00-11:00"]),
        ([MARCH_8.replace("Europe/Sofia", '"Europe/Sofia"'), "DURATION:PT1H"],
         ["08.03 10:00-11:00"]),
        (["DTSTART;TZID=FLE Standard Time:20270308T100000", "DURATION:PT1H"],
         ["08.03 10:00-11:00"]),
        (["DTSTART;TZID=/mozilla.org/2026_1/America/Argentina/Salta:20270308T100000",
          "DURATION:PT1H"], ["08.03 15:00-16:00"]),
        (["DTSTART;VALUE=DATE:20270308"], ["08.03 00:00-00:00"]),
        (["DTSTART;VALUE=DATE:20270308", "DTEND;VALUE=DATE:20270310"], ["08.03 00:00-00:00"]),
        (["DTSTART:20270308", "DTEND:20270308"], ["08.03 00:00-00:00"]),
        (["DTSTART;VALUE=DATE:20270308", "DURATION:P1W"], ["08.03 00:00-00:00"]),
        ([MARCH_8], []),
        ([MARCH_8, "DTEND;TZID=Europe/Sofia:20270308T100000"], []),
        ([MARCH_8, "DURATION:-PT1H"], []),
        ([MARCH_8, "DURATION:PT1H", "TRANSP:TRANSPARENT"], []),
        ([MARCH_8, "DURATION:PT1H", "STATUS:CANCELLED"], []),
        ([MARCH_8, "DURATION:PT1H", "STATUS:TENTATIVE", "TRANSP:OPAQUE"], ["08.03 10:00-11:00"]),
        (["DTSTART:00010101T000000Z", "DURATION:P9999999W"], []),
        (["DTSTART:99991231T235959", "DURATION:PT1H"], []),
    ],
)  # fmt: skip
def test_event_takes_its_time(lines, expected):
    assert busy(one(*lines)) == expected


@pytest.mark.parametrize(
    "lines",
    [
        [MARCH_8, "DTEND;TZID=Europe/Sofia:20270308T090000"],
        ["DTSTART:20270301T000000Z", "DTEND:20260301T000000Z"],
    ],
)
def test_event_that_ends_before_it_starts_makes_no_sense(lines):
    """Else a calendar of such would pass for one in which nothing is busy."""
    with pytest.raises(UnreadableEvent):
        busy(calendar(event(*lines)))


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270330"], ["27.03", "30.03"]),
        (["DTSTART;VALUE=DATE:20270328"], ["28.03", "29.03"]),
        (["DTSTART;VALUE=DATE:20271031"], ["31.10", "01.11"]),
    ],
)
def test_whole_days_are_sofias_whatever_the_clocks_do(lines, days):
    found = [local(instant_of(second)) for span in spans(one(*lines)) for second in span]

    assert [f"{moment:%d.%m}" for moment in found] == days
    assert {moment.hour for moment in found} == {0}


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("20270328T025959", "00:59"),
        ("20270328T033000", "01:30"),  # left out: the clock before it is meant
        ("20270328T040000", "01:00"),
        ("20271031T033000", "00:30"),  # twice: the first is meant
        ("20271031T040000", "02:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Sofia", "Our own"])
def test_gap_and_overlap_are_read_as_rfc_5545_says(start, utc, zone):
    text = calendar(OUR_OWN, event(f"DTSTART;TZID={zone}:{start}", "DURATION:PT1H"))

    ((begins, _),) = spans(text)

    assert f"{instant_of(begins):%H:%M}" == utc


OUR_OWN = """BEGIN:VTIMEZONE
TZID:Our own
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


@given(st.dates(date(2027, 3, 2), date(2028, 2, 28)), st.times())
def test_zone_that_is_written_out_is_as_the_one_that_is_known(day, clock):
    def read(zone):
        text = event(f"DTSTART;TZID={zone}:{day:%Y%m%d}T{clock:%H%M%S}", "DURATION:PT1H")
        return spans(calendar(OUR_OWN, text))

    assert read("Our own") == read("Europe/Sofia")


def test_what_overlaps_or_touches_is_one():
    text = calendar(
        event(MARCH_8, "DURATION:PT1H"),
        event("DTSTART:20270308T083000Z", "DURATION:PT1H"),
        event("DTSTART:20270308T093000Z", "DURATION:PT30M"),
    )

    assert busy(text) == ["08.03 10:00-12:00"]


def test_only_the_window_counts():
    text = calendar(
        event("DTSTART;VALUE=DATE:20260101", "DTEND;VALUE=DATE:20270302"),
        event("DTSTART;VALUE=DATE:20280301", "DTEND;VALUE=DATE:20990101"),
        event("DTSTART;VALUE=DATE:20280303"),
    )

    found = [local(instant_of(second)).date() for span in spans(text) for second in span]

    assert found == [date(2027, 2, 28), date(2027, 3, 2), date(2028, 3, 1), date(2028, 3, 3)]


def test_folded_lines_and_any_break_are_read():
    text = (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\rDTSTART:202703\r\n 08T080000Z\nDURATI\n\tON:PT1H\n"
        b"END:VEVENT\nEND:VCALENDAR"
    )

    assert busy(text) == ["08.03 10:00-11:00"]


def test_text_that_looks_like_a_time_is_none():
    text = one(MARCH_8, "DURATION:PT1H", "DESCRIPTION:x\\nDTSTART:20270310T100000", "X-DTSTART:1")

    assert busy(text) == ["08.03 10:00-11:00"]


def test_alarms_and_tasks_take_no_time():
    alarm = "BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nDURATION:PT5H\r\nEND:VALARM"
    task = event("DTSTART:20270310T080000Z", "DURATION:PT1H").replace("VEVENT", "VTODO")

    assert busy(calendar(event(alarm, MARCH_8, "DURATION:PT1H"), task)) == ["08.03 10:00-11:00"]


def test_free_busy_answers_are_read():
    answer = event(
        "DTSTART:20270301T000000Z",
        "DTEND:20270401T000000Z",
        "FREEBUSY:20270308T080000Z/PT1H,20270309T080000Z/20270309T090000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270310T080000Z/PT1H",
        "FREEBUSY;FBTYPE=FREE:20270311T080000Z/PT1H",
    ).replace("VEVENT", "VFREEBUSY")

    assert busy(calendar(answer)) == [f"{day:02}.03 10:00-11:00" for day in (8, 9, 10)]


# Repetitions


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=DAILY;COUNT=3"], "08.03 09.03 10.03"),
        (["RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20270312"], "08.03 10.03 12.03"),
        (["RRULE:FREQ=DAILY;UNTIL=20270309T080000Z"], "08.03 09.03"),
        (["RRULE:FREQ=DAILY;UNTIL=20270309T075959Z"], "08.03"),
        (["RRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3"], "08.03 12.03 15.03"),
        (["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=4"], "08.03 21.03 22.03 04.04"),
        (["RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=MO;COUNT=4"], "08.03 14.03 22.03 28.03"),
        (["RRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=2"], "08.03 12.04"),
        (["RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2"], "08.03 31.03 30.04"),
        (["RRULE:FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2"], "08.03 31.03"),
        (["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "08.03"),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;TZID=Europe/Sofia:20270309T100000"],
         "08.03 10.03 11.03"),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20270309T080000Z,20270310T080000Z"], "08.03 11.03"),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20270309"], "08.03 10.03 11.03"),
        (["RDATE:20270310T080000Z", "RDATE;VALUE=PERIOD:20270311T080000Z/PT1H"],
         "08.03 10.03 11.03"),
        (["RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"], "08.03 09.03 15.03"),
    ],
)  # fmt: skip
def test_repetitions_take_time(lines, days):
    found = busy(one(MARCH_8, "DURATION:PT1H", *lines))

    assert found == [f"{day} 10:00-11:00" for day in days.split()]


@pytest.mark.parametrize("clocks", [date(2027, 3, 29), date(2027, 11, 1)])
def test_repetition_keeps_its_wall_clock_when_the_clocks_change(clocks):
    text = one("DTSTART;TZID=Europe/Sofia:20270102T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY")

    days = [clocks - timedelta(days=2), clocks]
    found = {local(instant_of(start)) for start, _ in spans(text)}

    assert {
        datetime.combine(day, datetime.min.time(), SOFIA).replace(hour=10) for day in days
    } <= found


@pytest.mark.parametrize("year", ["0001", "1600", "1899", "2026"])
def test_old_rule_goes_on_without_its_past(year):
    text = one(f"DTSTART:{year}0101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")

    assert len(spans(text)) == (ENDS - BEGINS).days


def series(*others: str) -> bytes:
    """Five days from the eighth on, ten to eleven."""
    return calendar(
        event("UID:1", MARCH_8, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5"),
        *(event("UID:1", *other.split()) for other in others),
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("RECURRENCE-ID:20270309T080000Z DTSTART:20270309T130000Z DURATION:PT2H",
         "08 10:00-11:00, 09 15:00-17:00, 10 10:00-11:00, 11 10:00-11:00, 12 10:00-11:00"),
        ("RECURRENCE-ID:20270309T080000Z DTSTART:20270309T080000Z STATUS:CANCELLED",
         "08 10:00-11:00, 10 10:00-11:00, 11 10:00-11:00, 12 10:00-11:00"),
        ("RECURRENCE-ID:20270309T080000Z DTSTART:20270309T080000Z TRANSP:TRANSPARENT",
         "08 10:00-11:00, 10 10:00-11:00, 11 10:00-11:00, 12 10:00-11:00"),
        ("RECURRENCE-ID:20200309T080000Z DTSTART:20270320T080000Z DURATION:PT1H",
         "08 10:00-11:00, 09 10:00-11:00, 10 10:00-11:00, 11 10:00-11:00, 12 10:00-11:00, "
         "20 10:00-11:00"),
        ("RECURRENCE-ID;RANGE=THISANDFUTURE:20270311T080000Z DTSTART:20270311T110000Z "
         "DURATION:PT30M",
         "08 10:00-11:00, 09 10:00-11:00, 10 10:00-11:00, 11 13:00-13:30, 12 13:00-13:30"),
        ("RECURRENCE-ID;RANGE=THISANDFUTURE:20270311T080000Z STATUS:CANCELLED",
         "08 10:00-11:00, 09 10:00-11:00, 10 10:00-11:00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["Europe/Sofia", "FLE Standard Time"])
def test_event_of_its_own_stands_for_one_of_a_series(other, expected, zone):
    text = series(other).replace(b"Europe/Sofia", zone.encode())

    assert ", ".join(busy(text)) == ", ".join(
        f"{day}.03 {hours}" for day, hours in (line.split() for line in expected.split(", "))
    )


# What is refused

HOURS = "8,9,10,11,12,13,14"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "unreadable_calendar"),
        (b"\x00\xff\xfe", "unreadable_calendar"),
        (b"<html>BEGIN:VCALENDAR\nEND:VCALENDAR</html>", "unreadable_calendar"),
        (b"BEGIN:VCALENDAR\n", "unreadable_calendar"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "unreadable_calendar"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:\n", "unreadable_calendar"),
        (calendar().decode().encode("utf-16"), "unreadable_calendar"),
        (one("SUMMARY:no start"), "unreadable_event"),
        (one("DTSTART:tomorrow"), "unreadable_event"),
        (one("DTSTART:20270230"), "unreadable_event"),
        (one("DTSTART:00000101"), "unreadable_event"),
        (one(MARCH_8, "DURATION:P"), "unreadable_event"),
        (one(MARCH_8, "RRULE:"), "unreadable_event"),
        (one(MARCH_8, "RRULE:FREQ=OFTEN"), "unreadable_event"),
        (one(MARCH_8, "RRULE:FREQ=DAILY;INTERVAL=0"), "unreadable_event"),
        (one(MARCH_8, "RRULE:FREQ=DAILY;COUNT=" + "9" * 5000), "unreadable_event"),
        (one(MARCH_8, "RRULE:FREQ=MONTHLY;BYMONTHDAY=0"), "unreadable_event"),
        (one(MARCH_8, "RRULE:FREQ=WEEKLY;BYDAY=XX"), "unreadable_event"),
        (one(MARCH_8, "EXDATE:?"), "unreadable_event"),
        (one(MARCH_8, "RDATE:20270308T100000/"), "unreadable_event"),
        (one("DTSTART;TZID=Nowhere/Else:20270308T100000"), "unknown_time_zone"),
        (one("DTSTART;TZID=../../etc/passwd:20270308T100000"), "unknown_time_zone"),
        *(
            (one(MARCH_8, f"RRULE:FREQ={often}"), "rule_too_frequent")
            for often in ("HOURLY", "MINUTELY", "SECONDLY", "hourly")
        ),
        (calendar(event(MARCH_8) * 5001), "calendar_too_large"),
        (calendar().ljust(1_000_001), "calendar_too_large"),
        (one("DTSTART:16000101T080000", "RRULE:FREQ=DAILY;COUNT=999999999"),
         "too_many_repetitions"),
        (one(MARCH_8, "DURATION:PT5M", f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE=0,15,30,45"),
         "too_many_repetitions"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(text, code):
    with pytest.raises(DomainError) as refused:
        spans(text)

    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize("text", [calendar(event(MARCH_8) * 5000), calendar().ljust(1_000_000)])
def test_what_is_just_not_too_large_is_read(text):
    assert spans(text) == []


def test_refusal_says_which_event():
    text = calendar(event(MARCH_8), event(MARCH_8, "DURATION:long"))

    with pytest.raises(DomainError) as refused:
        spans(text)

    assert refused.value.facts == {"event": 2}


@given(st.binary(max_size=300), st.integers(0, 400))
def test_junk_is_refused_or_read_and_never_breaks(junk, place):
    text = series("RECURRENCE-ID:20270309T080000Z DTSTART:20270309T130000Z DURATION:PT2H")

    for hostile in (junk, text[:place] + junk + text[place:], text[:place]):
        with suppress(DomainError):
            spans(hostile)


# Another program's opinion


def expanded(text: bytes, begins: datetime = BEGINS, ends: datetime = ENDS) -> list[Span]:
    """The same, as recurring-ical-events has it."""
    events = recurring_ical_events.of(
        icalendar.Calendar.from_ical(text), components=["VEVENT"]
    ).between(begins - timedelta(days=2), ends + timedelta(days=2))
    taking = [
        one
        for one in events
        if one.get("STATUS") != "CANCELLED" and one.get("TRANSP") != "TRANSPARENT"
    ]
    found = [(second_of(one["DTSTART"].dt), second_of(one["DTEND"].dt)) for one in taking]
    return intersect(merge(found), [(seconds(begins), seconds(ends))])


def second_of(moment: date) -> int:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.min.time())
    return seconds(moment if moment.tzinfo else moment.replace(tzinfo=SOFIA))


LAST = date(2029, 1, 1)
WEEKDAYS = st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1)
NTH = st.builds(
    "{:+}{}".format, st.sampled_from([1, 2, 4, 5, -1, -3]), st.sampled_from(["MO", "SU"])
)
MONTHS = st.sets(st.integers(1, 12), min_size=1, max_size=4)
MONTHDAYS = st.sets(st.integers(-31, 31).filter(bool), min_size=1, max_size=4)


def part(name: str, values: st.SearchStrategy) -> st.SearchStrategy[str]:
    return st.just("") | values.map(
        lambda found: f";{name}=" + ",".join(map(str, found if isinstance(found, set) else [found]))
    )


BY: dict[str, list[st.SearchStrategy[str]]] = {
    "DAILY": [part("BYMONTH", MONTHS), part("BYMONTHDAY", MONTHDAYS), part("BYDAY", WEEKDAYS)],
    "WEEKLY": [part("BYDAY", WEEKDAYS), part("BYMONTH", MONTHS), part("WKST", WEEKDAYS.map(min))],
    "MONTHLY": [part("BYDAY", WEEKDAYS | NTH), part("BYMONTHDAY", MONTHDAYS)],
    "YEARLY": [
        part("BYMONTH", MONTHS),
        part("BYMONTHDAY", MONTHDAYS),
        part("BYDAY", WEEKDAYS | NTH),
    ],
}


@st.composite
def rules(draw, first: date) -> str:
    freq = draw(st.sampled_from(sorted(BY)))
    by = "".join(draw(one) for one in BY[freq])
    # Of its first week the other program takes only the days from the first date on.
    if draw(st.booleans()) and "BYDAY" in by and freq != "WEEKLY":
        by += draw(part("BYSETPOS", st.sets(st.sampled_from([1, 2, -1]), min_size=1)))
    by += draw(st.just("") | st.sampled_from([";BYHOUR=9,14", ";BYMINUTE=0,30;BYHOUR=8"]))
    end = draw(
        st.just("")
        | st.integers(1, 60).map(";COUNT={}".format)
        | st.dates(first + timedelta(days=1), LAST).map(";UNTIL={:%Y%m%d}T120000Z".format)
    )
    return f"RRULE:FREQ={freq};INTERVAL={draw(st.integers(1, 3))}{by}{end}"


@st.composite
def calendars(draw) -> bytes:
    """A series, some of whose dates are cancelled or moved: in daytime, when no clocks change."""
    zone = draw(st.sampled_from([";TZID=Europe/Sofia", ";TZID=America/New_York", ""]))
    mark = "" if zone else "Z"
    day = draw(st.dates(date(2024, 1, 1), date(2028, 1, 1)))
    first = datetime.combine(day, time(9, draw(st.sampled_from([0, 30]))))
    length = draw(st.sampled_from(["PT20M", "PT1H", "PT3H"]))
    later = draw(st.integers(0, 60))
    gone = draw(st.lists(st.integers(0, 500).filter(lambda n: n != later), max_size=4))
    off = [f"EXDATE{zone}:{first + timedelta(days=n):%Y%m%dT%H%M%S}{mark}" for n in gone]
    moved = first + timedelta(days=later)
    own = [
        f"RECURRENCE-ID{zone}:{moved:%Y%m%dT%H%M%S}{mark}",
        f"DTSTART{zone}:{moved + timedelta(hours=3):%Y%m%dT%H%M%S}{mark}",
        draw(st.sampled_from(["DURATION:PT2H", "STATUS:CANCELLED"])),
    ]
    start = f"DTSTART{zone}:{first:%Y%m%dT%H%M%S}{mark}"
    rule = draw(rules(day))
    if "BYHOUR" in rule:  # of several times on one day the other program cancels or moves all
        return one("UID:1", start, f"DURATION:{length}", rule)
    series = event("UID:1", start, f"DURATION:{length}", rule, *off)
    return calendar(series, *([event("UID:1", *own)] if draw(st.booleans()) else []))


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(calendars())
def test_series_are_expanded_as_by_a_program_we_did_not_write(text):
    assert spans(text) == expanded(text)


OTHERWISE = {
    **dict.fromkeys(
        [
            "issue_1081_freebusy_comma_separated.ics",
            "issue_27_multiple_periods_in_freebusy_multiple_freebusies.ics",
            "issue_27_multiple_periods_in_freebusy_one_freebusy.ics",
        ],
        "it does not read free-busy answers",
    ),
    "end_before_start_event.ics": "it exchanges a start and an end that are the wrong way round",
    "issue_132_swapped_start_and_end.ics": "the same",
    "issue_86_x_wr_timezone_without_time_zone_in_dt.ics": "for us such a time is Sofia's",
    "issue_1633_rdate_with_dates.ics": "for us a date is a day of Sofia's",
    "issue_1633_rdate_with_dates_and_tzid.ics": "the same",
    **dict.fromkeys(
        [
            "issue_148_edge_case_1.ics",
            "issue_148_exdate_and_rdate_updated.ics",
            "issue_148_ignored_exdate.ics",
            "issue_163_deleted_modification.ics",
            "issue_253_additional_recurrence_id.ics",
            "recurrence_sequence_number.ics",
            "docs/tutorials/example.ics",
        ],
        "of several editions of one event it reads the last, we read all",
    ),
}
"""Where we disagree about other people's calendars, and why."""


def last_years(text: bytes) -> list[tuple[datetime, datetime]]:
    """The two years in which the last of its events begin."""
    years = sorted({int(year) for year in re.findall(rb"DTSTART[^:\n]*:(\d{4})", text)})[-2:]
    return [
        (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
        for year in years
        if 1900 < year < 9000
    ]


@pytest.mark.needs_calendars
@pytest.mark.filterwarnings("ignore")
def test_published_calendars_are_read_as_by_a_program_we_did_not_write():
    compared, different = 0, []
    for path, text in published():
        for window in last_years(text):
            try:
                found = spans(text, *window)
            except DomainError:
                continue
            try:
                expected = expanded(text, *window)
            except Exception:  # whatever the other program cannot read is not compared
                continue
            compared += 1
            if found != expected and not path.endswith(tuple(OTHERWISE)):
                different.append(path)

    assert different == []
    assert compared > 150
