"""Whatever is sent, wherever: a 4xx that says so, nothing written, and never a 500."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.config.test_access import ROWS, Row, Sent, World, wired
from tests.support.calling import Api, as_json, problem
from tests.support.houses import House, two_houses

UNKNOWN = "00000000-0000-4000-8000-000000000000"
LIMITS: Sent = {
    "most_minutes_a_day": 300,
    "most_days_a_week": 5,
    "most_minutes_on_end": 90,
    "rest_minutes": 20,
}
OPTIONAL: Mapping[str, Sent] = {
    "POST api:people": {"birth_on": "2019-05-01"},
    "POST api:cases": {"valid_until": "2027-09-01", "at_risk": False},
    "PATCH api:contact": {
        "phone": "+359888123456",
        "consent": True,
        "safe_to_text": True,
        "safe_from": "09:00",
        "safe_until": "20:00",
        "language": "bg",
        "script": "latin",
        "allows_link": True,
    },
    "PATCH api:service": {
        "duration": "00:50:00",
        "buffer_after": "00:10:00",
        "travel": "00:30:00",
        "minimum_notice": "00:00:00",
        "step": "00:15:00",
        "modalities": ["on_site"],
        "specialists": 1,
        "needs_vehicle": False,
        "access": "general",
        "family_may_move": True,
    },
    "POST api:bookings": {"hold": False, "without_papers": "", "vehicle": None, "fold": 0},
    "POST api:all-series": {
        "skip_clashes": True,
        "dry_run": False,
        "moved": [],
        "without_papers": "",
        "vehicle": None,
        "colleagues": [],
        "room": None,
        "fold": 0,
    },
    "POST api:series-split": {
        "version": 1,
        "since": None,
        "specialist": None,
        "room": None,
        "colleagues": [],
        "skip_clashes": True,
        "fold": 0,
    },
    "POST api:series-cancel": {"version": 1, "since": None, "by": "client", "reason": ""},
    "POST api:series-extend": {"version": 1, "skip_clashes": True},
    "POST api:series-restore": {"version": 1, "fold": 0},
    "POST api:series-undo": {"version": 1},
    "POST api:all-hours": {"name": "", "centre": None},
    "POST api:hours-except": {
        "moved_to": None,
        "starts_local": "09:00",
        "ends_local": "12:00",
        "version": 1,
    },
    "POST api:hours-restore": {"version": 1},
    "POST api:hours-last-day": {"version": 1},
    "POST api:find-visits": {"longest_wait": "00:30:00"},
    "POST api:absences": {"mark": True, "decisions": []},
    "POST api:confirm": {"version": 1},
    "POST api:reschedule": {"version": 1, "fold": 0},
    "POST api:cancel": {"version": 1, "by": "client", "reason": ""},
    "POST api:outcome": {"version": 1},
    "POST api:feeds": {"detail": "busy", "resource": None, "centre": None, "series": None},
    "GET api:effect": {"outside": "true"},
    "GET api:slots": {"modality": "on_site", "page": 1, "page_size": 5},
    "GET api:bookings": {
        "status": "confirmed",
        "person": UNKNOWN,
        "specialist": UNKNOWN,
        "service": UNKNOWN,
        "on": "2027-03-01",
    },
    "GET api:people": {"search": "Ана"},
    "GET api:cases": {"overdue": "true", "open": "true"},
    "GET api:services": {"code": "x", "access": "general"},
    "GET api:rooms": {"seats": 1, "service": UNKNOWN},
    "GET api:vehicles": {"seats": 1, "service": UNKNOWN},
    "GET api:units-availability": {
        "kind": "family",
        "adults": 1,
        "children": 2,
        "needs": "ground_floor",
    },
    "GET api:board": {"from": "2027-03-01", "days": 14},
    "GET api:stays": {"status": "held", "kind": "family", "waiting": "true"},
    "POST api:stays": {
        "kind": "family",
        "adults": 1,
        "children": 1,
        "ages": [0],
        "needs": [],
        "status": "held",
        "reserve": False,
        "turns": [],
        "in_danger": False,
        "reason": "",
        "without_papers": "",
    },
    "POST api:stay-offer": {
        "from": "2027-03-02",
        "to": "2027-03-09",
        "turns": [],
        "reserve": False,
        "version": 1,
    },
    "POST api:stay-confirm": {"version": 2},
    "POST api:stay-close": {"outcome": "refused", "refusal": "other", "reason": "", "version": 2},
    "POST api:check-in": {"version": 2},
    "POST api:check-out": {"version": 3},
    "POST api:extend": {"version": 3},
    "POST api:move": {"on": "2027-03-03", "version": 3},
    "POST api:absence": {"back": False, "version": 3},
    "POST api:members": {"version": 3},
    "POST api:cots": {"count": 1},
    "PUT api:text": {"version": 0},
    "POST api:workshops": {
        "code": "",
        "initials": "Т",
        "buffer_after": "00:15:00",
        "needs_document": False,
        "audiences": [],
        "least_age": 5,
        "most_age": 17,
        "doubtful_age": 11,
        "least_adults": 1,
        "offer_hours": 24,
        "is_offered": True,
        "is_public": True,
        "version": 1,
    },
    "PATCH api:workshop": {
        "name": "Theatre",
        "initials": "Т",
        "duration": "01:00:00",
        "buffer_after": "00:15:00",
        "needs_document": False,
        "is_public": True,
        "leaders": [],
        "rooms": [],
        "version": 1,
        "audiences": [],
        "least_age": 5,
        "most_age": 17,
        "doubtful_age": 11,
        "least_adults": 1,
        "offer_hours": 24,
        "is_offered": True,
    },
    "PUT api:riding": {
        "step_minutes": 10,
        "turnaround_minutes": 5,
        "arena_holds": 4,
        "instructor_sees": 4,
        "weighed_within_days": 180,
    },
    "POST api:horses": LIMITS,
    "PATCH api:horse": {**LIMITS, "carries_kg": 62.5, "works": True, "version": 1},
    "PATCH api:rider": {"avoids": []},
    "POST api:weighings": {"on": "2027-03-01"},
    "POST api:clearances": {"expires_on": "2028-02-01"},
    "POST api:helpers": {
        "phone": "+359888123456",
        "skills": ["art"],
        "most_minutes_on_end": 60,
        "specialist": None,
    },
    "PATCH api:helper": {
        "name": "Volunteer",
        "phone": "+359888123456",
        "most_minutes_on_end": None,
        "helps": True,
        "version": 1,
    },
    "PUT api:helper-availability": {"dates": [], "version": 1},
    "POST api:groups": {
        "capacity": 6,
        "on_school_vacations": True,
        "skip_clashes": True,
        "dry_run": False,
        "fold": 0,
    },
    "PATCH api:group": {"name": "Group", "version": 1},
    "POST api:session-move": {"leaving_out": True, "version": 1, "fold": 0},
    "POST api:session-cancel": {"version": 1},
    "POST api:session-make-up": {"leaving_out": True, "fold": 0},
    "POST api:session-attendance": {"undo": False, "version": 1},
    "GET api:enrolments": {"status": "enrolled", "group": UNKNOWN, "person": UNKNOWN},
    "POST api:enrolments": {
        "to": "2027-04-05",
        "together": True,
        "trial": True,
        "leaving_out": True,
        "without_papers": "",
    },
    "POST api:enrolment-accept": {"version": 1, "leaving_out": True},
    "POST api:enrolment-decline": {"version": 1},
    "POST api:enrolment-answer": {"version": 2},
    "POST api:enrolment-withdraw": {"reason": "", "version": 2},
    "POST api:enrolment-pause": {"version": 2},
    "POST api:enrolment-resume": {"version": 2},
    "POST api:enrolment-skip": {"version": 1},
    "POST api:belongings": {"to": "2027-09-01"},
}
"""What each call also takes, beside what SENT has."""

BODILESS = {
    *("api:verify", "api:opt-out", "api:done", "api:case-planned", "api:case-close"),
    *("api:unit-ready", "api:stay-ready", "api:loan-return", "api:code", "api:reminder-resend"),
    "api:clearance-withdraw",
}

FILES = {"api:busy-times"}
"""What takes a file instead of fields: tests/scheduling/incoming/test_api.py."""

NEVER_RIGHT: Mapping[str, Any] = {
    "nul": "a\x00b",
    "half a character": "a\ud800b",
    "ten kilobytes": "я" * 10_000,
    "nested": [[[[[[[[[[{"a": {"b": 1}}]]]]]]]]]],
    "nan": float("nan"),
    "longest": 10**4000,
}
"""No field of ours means anything by one of these."""

SELDOM_RIGHT: Mapping[str, Any] = {
    "nothing": None,
    "empty": "",
    "zero": 0,
    "minus one": -1,
    "big": 2**63,
    "year one": "0001-01-01T00:00:00+02:00",
    "year one's day": "0001-01-01",
    "last year": "9999-12-31",
    "first day taken": "1900-01-01",
    "last day taken": "2199-12-31",
    "endless": "999999999 23:59:59",
    "backwards": "-999999999 00:00:00",
    "id of nobody": UNKNOWN,
    "ids of nobody": [UNKNOWN] * 1000,
    "quotes": "'; DROP TABLE people_person; -- %s%(name)s{0}",
}

STRANGER_STILL: Mapping[str, Any] = {
    "blank": "   ",
    "an object": {},
    "empty list": [],
    "list of nothing": [None],
    "true": True,
    "fraction": 0.5,
    "infinity": float("-inf"),
    "too long for an int": 10**30,
    "last moment": "9999-12-31T23:59:00-12:00",
    "a leap second": "2027-06-30T23:59:60Z",
    "markup": "<script>alert(1)</script>",
    "path": "../../etc/passwd",
    "turned around": "\u202eabc",
    "emoji": "👩‍👧",
    "digits of another script": "٣",
    "other field": {"id": UNKNOWN},
}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), two_houses() as (own, foreign):
        yield World(own, foreign)


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    with transaction.atomic():
        yield Api(world.own.staff["manager"])
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def written(world: World, django_db_blocker: Any) -> dict[str, tuple[int, int]]:
    with django_db_blocker.unblock():
        return contents()


@pytest.fixture(autouse=True)
def nothing_is_written(written: dict[str, tuple[int, int]]) -> Iterator[None]:
    yield
    assert contents() == written


def contents() -> dict[str, tuple[int, int]]:
    """How many rows each table has, and a sum over what is in them. That a person was read is
    kept also when the rest of the request makes no sense."""
    tables = sorted(set(connection.introspection.table_names()) - {"people_accessrecord"})
    query = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)), 0) FROM {table} t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: (count, content) for name, count, content in cursor.fetchall()}


def whole(row: Row, house: House) -> Sent:
    """All that the call takes."""
    return row.sent(house) | OPTIONAL.get(str(row), {})


def fields_of(row: Row) -> list[str]:
    class Anything:
        """Stands for a house whose rows are not made yet: only the names of fields count."""

        def __getattr__(self, name: str) -> "Anything":
            return self

    return sorted(whole(row, Anything()))


def send(api: Api, world: World, row: Row, body: Any) -> HttpResponse:
    """The answer. What it wrote if it was welcome, or left when it broke, is undone."""
    address = World.address(row, world.own)
    with transaction.atomic():
        if row.method == "GET":
            query = "&".join(f"{quote(k)}={quote_value(v)}" for k, v in body.items())
            answer = api.client.get(f"{address}?{query}")
        else:
            answer = api.client.generic(row.method, address, as_json(body), "application/json")
        transaction.set_rollback(not 400 <= answer.status_code < 500)
    return answer


def quote_value(value: Any) -> str:
    return quote(str(value).encode(errors="surrogatepass"))


def wrong(answer: HttpResponse, *, may_pass: bool) -> str | None:
    """What is wrong with an answer to something hostile."""
    if answer.status_code < 400:
        return None if may_pass else f"{answer.status_code}"
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    problem(answer)
    return None


def faults(answers: Mapping[str, HttpResponse], *, may_pass: bool) -> dict[str, int]:
    """The answers that are wrong for something hostile, by what was sent. A 4xx is a problem of
    RFC 9457; below that is right only where the value might mean something."""
    found = {}
    for name, answer in answers.items():
        if 400 <= answer.status_code < 500:
            problem(answer)
        elif answer.status_code >= 500 or not may_pass:
            found[name] = answer.status_code
    return found


WRITES = [
    row for row in ROWS if row.method not in {"GET", "DELETE"} and row.route not in BODILESS | FILES
]
READS = [row for row in ROWS if row.method == "GET"]
WHOLE = {
    "api:riding-board",
    *("api:calendar", "api:person", "api:case", "api:booking", "api:service", "api:stay"),
    *("api:units-availability", "api:board", "api:tonight", "api:turned-away", "api:effect"),
    *("api:series", "api:series-calendar", "api:absences", "api:busy-times", "api:hours"),
    *(
        "api:workshops-catalogue",
        "api:text",
        "api:workshop",
        "api:riding",
        "api:horse",
        "api:rider",
        "api:helper",
        "api:helper-hours",
        "api:group",
        "api:session",
        "api:enrolment",
    ),
}
"""Answers that have no pages."""
PAGED = [row for row in READS if row.route not in WHOLE]
FIELDS_WRITTEN = [(row, field) for row in WRITES for field in fields_of(row)]
FIELDS_ASKED = [(row, field) for row in READS for field in [*fields_of(row), "page_size"]]


# Values


@pytest.mark.parametrize("row", WRITES + READS, ids=str)
def test_all_that_a_call_takes_is_welcome(api, world, row):
    """Otherwise the tests below would be refused for another reason."""
    answer = send(api, world, row, whole(row, world.own))

    assert answer.status_code == row.expected["manager"], answer.content


@pytest.mark.parametrize(("row", "field"), FIELDS_WRITTEN, ids=str)
def test_no_field_takes_what_means_nothing(api, world, row, field):
    valid = whole(row, world.own)

    answers = {k: send(api, world, row, valid | {field: v}) for k, v in NEVER_RIGHT.items()}

    assert faults(answers, may_pass=False) == {}


@pytest.mark.parametrize("number", [0, 5, True])
@pytest.mark.parametrize("row", WRITES, ids=str)
def test_number_is_no_id(api, world, row, number):
    valid = whole(row, world.own)
    ids = [field for field, value in valid.items() if is_id(value)]

    answers = {field: send(api, world, row, valid | {field: number}) for field in ids}

    assert {field: answer.status_code for field, answer in answers.items()} == dict.fromkeys(
        ids, 400
    )


def is_id(value: object) -> bool:
    try:
        return isinstance(value, UUID) or bool(UUID(str(value)))
    except ValueError:
        return False


@pytest.mark.parametrize(("row", "field"), FIELDS_WRITTEN, ids=str)
def test_no_value_breaks_anything(api, world, row, field):
    valid = whole(row, world.own)

    answers = {k: send(api, world, row, valid | {field: v}) for k, v in SELDOM_RIGHT.items()}

    assert faults(answers, may_pass=True) == {}


@pytest.mark.full
@pytest.mark.parametrize(("row", "field"), FIELDS_WRITTEN, ids=str)
def test_no_stranger_value_breaks_anything(api, world, row, field):
    valid = whole(row, world.own)

    answers = {k: send(api, world, row, valid | {field: v}) for k, v in STRANGER_STILL.items()}

    assert faults(answers, may_pass=True) == {}


@pytest.mark.parametrize(("row", "field"), FIELDS_ASKED, ids=str)
def test_no_question_breaks_anything(api, world, row, field):
    valid = whole(row, world.own)
    values = SELDOM_RIGHT | {name: NEVER_RIGHT[name] for name in ("nul", "half a character")}
    values |= {"long": "y" * 10_000, "digits": "1" * 5000}

    answers = {k: send(api, world, row, valid | {field: v}) for k, v in values.items()}

    assert faults(answers, may_pass=True) == {}


@pytest.mark.parametrize("row", PAGED, ids=str)
def test_page_that_does_not_exist_is_not_found(api, world, row):
    query = row.sent(world.own) | {"page_size": 500}
    pages = ("0", "-1", "2", "1.5", "x", "\x00", "9" * 30, "9" * 5000)

    answers = {page: send(api, world, row, query | {"page": page}) for page in pages}

    expected = 403 if row.route == "api:access-log" else 404
    assert {page: problem(answer)[0] for page, answer in answers.items()} == dict.fromkeys(
        pages, expected
    )


QUERIES = (
    "%00=%00",
    "%ff=%fe",
    "a=1&a=2&a[]=3&a[b]=4",
    "&&&===&",
    ";".join(f"k{n}=v" for n in range(50)),
    "x=" + "y" * 50_000,
    "from=%ff&to=%ff&service=%ff&person=%ff&booking=%ff&search=%ff&status=%ff&on=%ff",
    "from=1&from=2&to=3&to=4&service=a&service=b&search=a&search=b&booking=1&booking=2",
)


@pytest.mark.parametrize("row", READS, ids=str)
def test_absurd_query_breaks_nothing(api, world, row):
    address = World.address(row, world.own)

    answers = {query: api.client.get(f"{address}?{query}") for query in QUERIES}

    assert faults(answers, may_pass=True) == {}


# Bodies

BODIES: Mapping[str, bytes] = {
    "cut off": b'{"a": ',
    "a list": b"[]",
    "a number": b"7",
    "a text": b'"text"',
    "nothing": b"null",
    "not utf-8": b'{"a": "\xff\xfe"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "nan": b'{"version": NaN}',
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "a long number": b'{"version": ' + b"9" * 100_000 + b"}",
    "nul": b'{"a": "\\u0000"}',
    "nul as a key": b'{"\\u0000": 1}',
    "half a character": b'{"a": "\\ud800"}',
    "half a character as a key": b'{"\\udfff": 1}',
    "two megabytes": b'{"a": "' + b"x" * 2_000_000 + b'"}',
}


def post_raw(api: Api, world: World, row: Row, body: bytes | str, kind: str) -> HttpResponse:
    with transaction.atomic():
        answer = api.client.generic(row.method, World.address(row, world.own), body, kind)
        transaction.set_rollback(not 400 <= answer.status_code < 500)
    return answer


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_body_that_makes_no_sense_is_refused(api, world, row):
    answers = {k: post_raw(api, world, row, v, "application/json") for k, v in BODIES.items()}

    assert faults(answers, may_pass=False) == {}


@pytest.mark.parametrize("row", [row for row in ROWS if row.route in BODILESS], ids=str)
def test_body_that_nobody_reads_breaks_nothing(api, world, row):
    answers = {k: post_raw(api, world, row, v, "application/json") for k, v in BODIES.items()}

    assert faults(answers, may_pass=True) == {}


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_body_of_another_kind_is_refused(api, world, row):
    body = as_json(whole(row, world.own))
    kinds = ("", "text/plain", "application/xml", "multipart/form-data", "a/b; c=d", "/")

    answers = {kind: post_raw(api, world, row, body, kind) for kind in kinds}

    assert faults(answers, may_pass=False) == {}


@pytest.mark.parametrize(
    "charset",
    ["utf-16", "utf-7", "ascii", "cp1251", "idna", "base64", "zlib", "rot13", "hex", "undefined"],
)
def test_body_in_any_encoding_breaks_nothing(api, charset):
    answer = api.client.generic(
        "POST", reverse("api:blocks"), '{"reason": "ключ"}', f"application/json; charset={charset}"
    )

    assert problem(answer)[0] == 400


def test_key_given_twice_counts_once(api, world):
    body = json.dumps({"wording": "plain"})[:-1] + ', "wording": "full", "phone": "x"}'

    answer = api.client.generic(
        "PATCH",
        reverse("api:contact", args=[world.own.mother.public_id]),
        body,
        "application/json",
    )

    assert problem(answer) == (400, "invalid")


def test_unknown_key_is_ignored_and_never_stored(api, world):
    """Nobody assigns what the call does not take."""
    row = next(row for row in WRITES if str(row) == "POST api:bookings")
    body = row.sent(world.own) | {"status": "closed", "id": UNKNOWN, "version": 9, "centre": 1}

    answer = send(api, world, row, body).json()

    assert (answer["status"], answer["version"]) == ("confirmed", 1)
    assert answer["id"] != UNKNOWN


# Headers


@pytest.mark.parametrize(
    "value",
    [
        "Token",
        "Token ",
        "Token a b",
        "Token \xff\xfe",
        "Token " + "0" * 10_000,
        "Token ключ".encode().decode("latin-1"),
        "Token \x00",
        "\xff\xff",
        "Basic dXNlcjpwYXNz",
        "Bearer abc",
        "token",
        "",
    ],
)
def test_strange_authorization_is_no_authorization(world, value):
    assert problem(Api(authorization=value).get("people/"))[0] == 401


@pytest.mark.parametrize("language", ["\xff", "x" * 10_000, "bg;q=x", ",,,;;;", "*", "bg\x00", "-"])
def test_strange_language_breaks_nothing(world, language):
    with transaction.atomic():
        answer = Api(world.own.staff["coordinator"], language=language).get("centres/")
        transaction.set_rollback(True)

    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["", "text/html", "\xff", "application/json;q=x", "a/b;" * 999])
def test_strange_wish_for_a_format_breaks_nothing(api, accept):
    assert api.client.get(reverse("api:centres"), HTTP_ACCEPT=accept).status_code in {200, 406}


@pytest.mark.parametrize("tag", ['"', "\xff", '"' * 9999, "W/", ",,,", "\x00"])
def test_strange_tag_is_no_tag(world, api, tag):
    address = reverse("calendar-feed", kwargs={"token": world.own.token})
    with transaction.atomic():
        answer = api.client.get(address, HTTP_IF_NONE_MATCH=tag)
        transaction.set_rollback(True)

    assert answer.status_code == 200


# Addresses


@pytest.mark.parametrize("row", [row for row in ROWS if row.object != "-"], ids=str)
def test_address_that_names_nothing_is_not_found(api, world, row):
    address = World.address(row, world.own)
    mine = str(getattr(world.own, row.object).public_id)
    others = ("7", "%00", "%ff", "x" * 5000, f"{UNKNOWN}%0A", UNKNOWN)
    body = wired(row.sent(world.own))

    answers = {
        other: api.client.generic(row.method, address.replace(mine, other), *body)
        for other in others
    }

    assert {other: problem(answer) for other, answer in answers.items()} == dict.fromkeys(
        others, (404, "not_found")
    )
