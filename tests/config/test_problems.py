"""The one table from what went wrong to HTTP: every refusal of the house, and the framework's."""

import re
from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404
from django.urls import get_resolver
from django.utils.translation import gettext, override
from rest_framework import exceptions
from rest_framework.response import Response

from base.errors import DomainError, NotFound, StaleVersion
from config import problems
from people.models import Role, User
from scheduling.errors import ResourceUnavailable
from tests.support import building
from tests.support.calling import API, Api, browser, problem

CYRILLIC = re.compile("[А-Яа-я]")


def kinds(of: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for kind in of.__subclasses__():
        # Other tests may make errors of their own.
        if not kind.__module__.startswith("tests."):
            yield kind
        yield from kinds(kind)


get_resolver().url_patterns  # noqa: B018 - with the routes everything is imported
KINDS = sorted(kinds(), key=lambda kind: kind.__name__)


def in_english(kind: type[DomainError]) -> str:
    with override("en"):
        return str(kind.sentence)


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", sentence))


def example(kind: type[DomainError]) -> DomainError:
    return kind(**dict.fromkeys(placeholders(in_english(kind)), "7"))


@pytest.fixture
def coordinator(db) -> User:
    return building.user(building.centre(), Role.Name.COORDINATOR)


@pytest.fixture
def api(coordinator) -> Api:
    return Api(coordinator)


# What the house refuses


def test_no_two_errors_share_a_code():
    """But for an error and its narrower kinds, which say the same in other words."""
    codes = [kind.code for kind in KINDS if "code" in vars(kind)]

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("kind", KINDS)
def test_code_is_a_word_for_machines(kind):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)


@pytest.mark.parametrize("kind", KINDS)
def test_sentence_is_english(kind):
    sentence = in_english(kind)

    assert not CYRILLIC.search(sentence)
    assert re.search(r"\w{3,}.*[.!?]$", sentence)


@pytest.mark.parametrize("kind", KINDS)
def test_sentence_is_translated_into_bulgarian(kind):
    source = in_english(kind)
    with override("bg"):
        translation = gettext(source)

    assert CYRILLIC.search(translation)
    assert placeholders(translation) == placeholders(source)


@pytest.mark.parametrize("kind", KINDS)
def test_refusal_is_the_callers_fault(kind):
    body = problems.describe(example(kind))

    assert 400 <= body["status"] < 500


@pytest.mark.parametrize("kind", KINDS)
def test_refusal_has_the_shape_of_rfc_9457(kind):
    body = problems.describe(example(kind))

    assert body["type"] == f"urn:pristan:problem:{kind.code}"
    assert body["code"] == kind.code
    assert body["detail"] == str(example(kind))
    assert body["title"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(what="person"), 404),
        (StaleVersion(version=2), 409),
        (ResourceUnavailable(name="Room 1", resource=None), 409),
        (DomainError, 422),
    ],
)
def test_statuses_that_callers_rely_on(error, status):
    if error is DomainError:
        error = type(
            "Mine", (DomainError,), {"code": "mine", "sentence": "No.", "__module__": "tests."}
        )()

    assert problems.describe(error)["status"] == status


def test_a_bug_is_not_a_problem():
    assert problems.describe(ValueError("a bug")) is None


# What the framework refuses takes the same shape


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Http404(), (404, "not_found")),
        (PermissionDenied(), (403, "not_allowed")),
        (RequestDataTooBig(), (413, "too_large")),
        (TooManyFieldsSent(), (413, "too_large")),
        (exceptions.NotAuthenticated(), (401, "not_authenticated")),
        (exceptions.AuthenticationFailed(), (401, "authentication_failed")),
        (exceptions.PermissionDenied(), (403, "permission_denied")),
        (exceptions.NotFound(), (404, "not_found")),
        (exceptions.MethodNotAllowed("PUT"), (405, "method_not_allowed")),
        (exceptions.NotAcceptable(), (406, "not_acceptable")),
        (exceptions.UnsupportedMediaType("text/plain"), (415, "unsupported_media_type")),
        (exceptions.ParseError(), (400, "parse_error")),
        (exceptions.ValidationError({"a": ["b"]}), (400, "invalid")),
        (exceptions.Throttled(wait=3), (429, "throttled")),
    ],
)
def test_framework_error_becomes_a_problem(error, expected):
    body = problems.describe(error)

    assert (body["status"], body["code"]) == expected
    assert {"type", "title", "detail"} <= body.keys()


def test_each_wrong_field_is_named():
    error = exceptions.ValidationError({"outcomes": [{"person": ["Say who."]}]})

    assert problems.describe(error)["errors"] == [
        {"field": "outcomes.person", "code": "invalid", "detail": "Say who."}
    ]


def test_nobody_is_asked_to_log_in(db):
    answer = Api().get("people/")

    assert problem(answer) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Token")


def test_wrong_token_is_refused(db):
    assert problem(Api(authorization="Token 0123").get("people/")) == (401, "authentication_failed")


def test_role_without_the_right_is_refused(api):
    assert problem(api.get("access-log/")) == (403, "not_allowed")


def test_unknown_address_is_not_found(api):
    assert problem(api.get("nothing/")) == (404, "not_found")


def test_id_that_is_no_uuid_is_not_found(api):
    assert problem(api.get("bookings/17/")) == (404, "not_found")


def test_unknown_method_is_not_allowed(api):
    assert problem(api.delete("people/")) == (405, "method_not_allowed")


def test_other_formats_are_not_offered(api):
    answer = api.client.get(f"{API}people/", headers={"Accept": "text/html"})

    assert problem(answer) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_only_json_is_read(api, kind):
    answer = api.client.generic("POST", f"{API}people/", "a=b", content_type=kind)

    assert problem(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("text", ["{", "", "{'a': 1}", "nothing", '{"a": NaN}', "[1,"])
def test_what_is_not_json_is_malformed(api, text):
    answer = api.client.generic("POST", f"{API}blocks/", text, content_type="application/json")

    assert answer.status_code == 400
    assert problem(answer)[1] in {"parse_error", "invalid"}


@pytest.mark.parametrize(("size", "expected"), [(999_000, 400), (1_100_000, 413)])
def test_body_over_a_megabyte_is_too_large(api, size, expected):
    text = '{"given_name": "' + "x" * size + '"}'

    answer = api.client.generic("POST", f"{API}people/", text, content_type="application/json")

    assert problem(answer)[0] == expected


def test_page_that_does_not_exist_is_not_found(api):
    assert problem(api.get("people/", {"page": 2})) == (404, "not_found")


def test_what_breaks_is_a_problem_too(api, monkeypatch):
    monkeypatch.setattr("people.selectors.centres_of", lambda staff: 1 / 0)

    assert problem(api.get("centres/")) == (500, "failed")


@pytest.mark.parametrize("path", ["people/xx/", "nothing/", "bookings/1/confirm/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_address_is_a_problem_at_a_desk_too(db, settings, path, method):
    """Where Django would explain itself in a page of its own."""
    settings.DEBUG = True
    answer = browser().generic(method, API + path)

    assert problem(answer) == (404, "not_found")


def test_unknown_address_outside_the_interface_is_a_page(db):
    answer: Response = browser().get("/nothing/")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


# In the caller's language


@pytest.mark.parametrize(("language", "cyrillic"), [("bg", True), ("en", False), ("de", True)])
def test_detail_speaks_the_callers_language(coordinator, language, cyrillic):
    """Bulgarian for whoever asks for a language that we do not have."""
    answer = Api(coordinator, language=language).get("access-log/")

    assert bool(CYRILLIC.search(answer.json()["detail"])) is cyrillic
    assert answer.headers["Content-Language"] == ("en" if language == "en" else "bg")


@pytest.mark.parametrize("path", ["people/", "cases/", "bookings/", "services/"])
def test_bulgarian_refusal_has_no_english_word(coordinator, path):
    api = Api(coordinator, language="bg")

    answer = api.get(f"{path}00000000-0000-4000-8000-000000000000/")

    assert answer.status_code == 404
    assert re.findall("[A-Za-z]+", answer.json()["detail"]) == []
