"""The OpenAPI schema is complete, and the interface keeps what it promises."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import override_settings
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.config.test_access import ROWS, Row, routes, wired
from tests.support.building import MONDAY
from tests.support.calling import token, wire
from tests.support.houses import NOW, House, two_houses

EXAMPLES, MANY_EXAMPLES = 15, 300
"""Of each kind and operation, in `make test` and in `make test-full`."""

OPERATIONS = [row for row in ROWS if row.route.startswith("api:")]
CHECKS = (not_a_server_error, response_schema_conformance, content_type_conformance)
HOURS = st.integers(-400, 800).map(lambda n: wire(NOW + timedelta(hours=n)))
DAYS = st.integers(-10, 200).map(lambda n: (MONDAY + timedelta(days=n)).isoformat())

# What the schema calls a date-time or a date may be any; most of them should be near.
schemathesis.openapi.format(
    "date-time", st.one_of(HOURS, st.sampled_from(["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]))
)
schemathesis.openapi.format("date", st.one_of(DAYS, st.sampled_from(["9999-12-31", "0001-01-01"])))


def template(row: Row) -> str:
    """The address as the schema writes it."""
    pattern = next(str(p.pattern) for name, p in routes(get_resolver()) if name == row.route)
    return "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", pattern)


@pytest.fixture(scope="module")
def own(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), two_houses() as (own, _):
        yield own


@pytest.fixture(scope="module")
def schema(own: House) -> Iterator[Any]:
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        app = WSGIHandler()
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    # As Django's own test client does: these would close the connection of our transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", app, config=config)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def headers(own: House) -> Mapping[str, str]:
    return {"Authorization": f"Token {token(own.staff['coordinator'])}"}


# The schema


def test_schema_has_no_warnings():
    with override_settings(DEBUG=False):
        call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_schema_has_every_operation(schema):
    promised = {
        (path, method.upper())
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }

    assert promised == {(template(row), row.method) for row in OPERATIONS}


def test_schema_says_how_to_log_in(schema):
    operations = [
        operation for path in schema.raw_schema["paths"].values() for operation in path.values()
    ]

    assert {str(o["security"]) for o in operations} == {"[{'token': []}, {'session': []}]"}


def test_every_operation_says_what_it_does(schema):
    silent = {
        operation["operationId"]
        for path in schema.raw_schema["paths"].values()
        for operation in path.values()
        if not operation.get("description")
    }

    assert silent == set()


# The interface keeps it


def ids_by_name(own: House, row: Row) -> dict[str, str]:
    """What each id in this operation may really be."""
    named = {
        "public_id": getattr(own, row.object, None),
        "service": own.service,
        "specialist": own.specialist,
        "lead": own.specialist,
        "person": own.mother,
        "people": own.mother,
        "carer": own.mother,
        "room": own.room,
        "vehicle": own.vehicle,
        "resource": own.specialist,
        "colleagues": own.colleague,
        "centre": own.centre,
        "household": own.household,
        "booking": own.booking,
        "services": own.service,
        "unit": own.unit,
        "taken_from": own.unit,
        "brought_to": own.unit_to_clean,
        "joins": own.baby,
        "leaves": own.baby,
        "toy": own.toy,
    }
    if "enrolment" in row.route or "group" in row.route or "session" in row.route:
        named |= {"workshop": own.workshop, "group": own.group, "specialist": own.leader}
        named |= {"person": own.newcomer, "carer": own.newcomer_mother, "room": own.hall}
    if row.object.endswith("stay"):
        named |= {"person": own.baby, "people": own.expected}
    return {name: str(row.public_id) for name, row in named.items() if row is not None}


def with_real_ids(value: Any, ids: Mapping[str, str], name: str = "") -> Any:
    """`value` with every UUID exchanged for the real one of its name."""
    if isinstance(value, dict):
        return {key: with_real_ids(inner, ids, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_real_ids(inner, ids, name) for inner in value]
    return ids[name] if name in ids and is_uuid(value) else value


def is_uuid(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def holds(own: House, schema: Any, headers: Mapping[str, str], row: Row, examples: int) -> None:
    operation = schema[template(row)][row.method]
    ids = ids_by_name(own, row)
    cases = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=st.one_of(cases), real=st.booleans())
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples == EXAMPLES,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    def check(case: Any, real: bool) -> None:
        if real:
            for part in ("path_parameters", "query", "body"):
                setattr(case, part, with_real_ids(getattr(case, part), ids))
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]
            body = response.json()
            assert {"type", "title", "status", "code", "detail"} <= body.keys()
            assert body["status"] == response.status_code
        else:
            assert str(response.status_code) in operation.definition.raw["responses"]

    check()


@pytest.mark.parametrize("row", OPERATIONS, ids=str)
def test_operation_keeps_its_promise(own, schema, headers, row):
    holds(own, schema, headers, row, EXAMPLES)


@pytest.mark.full
@pytest.mark.parametrize("row", OPERATIONS, ids=str)
def test_operation_keeps_its_promise_at_length(own, schema, headers, row):
    holds(own, schema, headers, row, MANY_EXAMPLES)


WELCOME = [row for row in OPERATIONS if min(row.expected.values()) < 300]
"""Not a code that is read back: what would be right is nowhere written."""


@pytest.mark.parametrize("row", WELCOME, ids=str)
def test_welcome_call_is_answered_as_promised(own, schema, row):
    """What the access matrix sends is welcome, so its answer has the promised shape."""
    caller = next(caller for caller, status in row.expected.items() if status < 300)
    body, kind = wired(row.sent(own))
    sent = json.loads(body) if kind == "application/json" else body
    case = schema[template(row)][row.method].Case(
        path_parameters={k: v for k, v in ids_by_name(own, row).items() if k == "public_id"},
        query=sent if row.method == "GET" else {},
        **({"body": sent, "media_type": kind} if sent and row.method != "GET" else {}),
    )

    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Token {token(own.staff[caller])}"})
        transaction.set_rollback(True)

    assert response.status_code == row.expected[caller]
    case.validate_response(response, checks=CHECKS)
