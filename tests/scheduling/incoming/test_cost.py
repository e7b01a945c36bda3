"""The worst that a megabyte can say: two seconds of a processor and 200 MB, whatever it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date

import pytest

from tests.scheduling.incoming.files import calendar, event, published
from tests.support.building import at
from tests.support.tools import ROOT

SECONDS, MEGABYTES = 2.0, 200

# Not getrusage: its peak begins with that of the process which starts this one.
READER = r"""
import json, pathlib, re, struct, sys, time
import django
django.setup()
from datetime import datetime
from base.errors import DomainError
from scheduling.incoming.ical import read_busy

begins, ends = map(datetime.fromisoformat, sys.argv[1:])
spent = []
while size := sys.stdin.buffer.read(4):
    text = sys.stdin.buffer.read(struct.unpack(">I", size)[0])
    begun = time.process_time()
    try:
        read_busy(text, begins, ends)
    except DomainError:
        pass
    spent.append(time.process_time() - begun)
peak = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]
print(json.dumps([spent, int(peak) / 1024]))
"""


def cost(*texts: bytes) -> tuple[list[float], float]:
    """Of a process that reads these one after another: processor seconds of each, and megabytes
    of all."""
    told = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    window = at(date(2027, 2, 28), 0).isoformat(), at(date(2028, 3, 3), 0).isoformat()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER, *window],
        input=told,
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    spent, megabytes = json.loads(done.stdout)
    return spent, megabytes


def filled(*lines: str, most: int = 5000) -> bytes:
    """As many events of these lines as are read."""
    text = event(*lines)
    return calendar(text * min(most, 999_000 // len(text)))


def long(line: str, value: str) -> bytes:
    """One event with a line as long as is read."""
    values = ",".join([value] * (998_000 // (len(value) + 1)))
    return calendar(event("DTSTART:20270101T080000", "RRULE:FREQ=DAILY", line + values))


def every(values: range) -> str:
    return ",".join(str(value) for value in values if value)


OLD, NEW = "DTSTART:16000101T080000", "DTSTART:20270101T080000"
SOFIA = "DTSTART;TZID=Europe/Sofia:20270101T080000"
ZONE = """BEGIN:VTIMEZONE
TZID:z{}
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY
END:STANDARD
END:VTIMEZONE
"""
CHANGE = event("UID:1", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270301T000000", NEW)

WORST: Mapping[str, bytes] = {
    "daily since 1600": filled(OLD, "DURATION:PT1H", "RRULE:FREQ=DAILY"),
    "just not too many": filled(SOFIA, "DURATION:PT1H", "RRULE:FREQ=DAILY", most=180),
    "weekly": filled(SOFIA, "DURATION:PT1H", "RRULE:FREQ=WEEKLY"),
    "counted since 1600": filled(OLD, "RRULE:FREQ=DAILY;COUNT=999999999"),
    "never": filled(OLD, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "never a day": filled(OLD, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "never a week": filled(OLD, "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6"),
    "every second": filled(
        NEW,
        f"RRULE:FREQ=DAILY;BYHOUR=0,{every(range(24))};BYMINUTE=0,{every(range(60))}"
        f";BYSECOND=0,{every(range(60))}",
    ),
    "all positions": filled(NEW, f"RRULE:FREQ=DAILY;BYSETPOS={every(range(-366, 367))}"),
    "all days of a year": filled(NEW, f"RRULE:FREQ=YEARLY;BYYEARDAY={every(range(-366, 367))}"),
    "all weekdays": filled(NEW, "RRULE:FREQ=YEARLY;BYDAY=53MO,MO,TU,WE,TH,FR,SA,SU"),
    "a century long": filled(OLD, "DURATION:P9999999D", "RRULE:FREQ=DAILY"),
    "cancelled dates": long("EXDATE:", "20270301T080000"),
    "dates of a zone": long("RDATE;TZID=America/New_York:", "20270301T080000"),
    "dates": long("RDATE;VALUE=DATE:", "20270301"),
    "cancelled dates line by line": calendar(event(NEW, *["EXDATE:20270301T080000"] * 41_000)),
    "parameters": calendar(event(NEW, "RDATE" + ";A=B" * 120_000 + ":" + "20270301," * 50_000)),
    "quotes": calendar(event("DTSTART;A=" + '"a"' * 330_000)),
    "a quote": calendar(event('DTSTART;A="' + "a;" * 490_000)),
    "semicolons": calendar(event("DTSTART" + ";" * 990_000)),
    "begun": b"BEGIN:VCALENDAR\n" + b"BEGIN:A\n" * 120_000,
    "folds": b"BEGIN:VCALENDAR\n" + b"\n " * 490_000,
    "changed again and again": calendar(
        event("UID:1", NEW, "DURATION:PT5M", f"RRULE:FREQ=DAILY;BYHOUR=0,{every(range(24))}"),
        CHANGE * 4999,
    ),
    "many changed": calendar(event("UID:1", NEW) * 2500, CHANGE * 2500),
    "zones": calendar(
        *(ZONE.format(n) + event(f"DTSTART;TZID=z{n}:20270101T080000") for n in range(4500))
    ),
    "weekdays said again": calendar(event(NEW, "RRULE:FREQ=DAILY;BYDAY=" + "MO," * 330_000 + "MO")),
}


@pytest.fixture(scope="module")
def worst() -> tuple[dict[str, float], float]:
    seconds, megabytes = cost(*WORST.values())
    return dict(zip(WORST, seconds, strict=True)), megabytes


@pytest.mark.parametrize("name", WORST)
def test_the_worst_file_takes_two_seconds_at_most(worst, name):
    assert len(WORST[name]) <= 1_000_000
    assert worst[0][name] < SECONDS


def test_the_worst_files_take_200_megabytes_at_most(worst):
    assert worst[1] < MEGABYTES


@pytest.mark.needs_calendars
def test_published_calendars_are_read_in_bounds():
    seconds, megabytes = cost(*(text for _, text in published()))

    assert max(seconds) < SECONDS
    assert megabytes < MEGABYTES
