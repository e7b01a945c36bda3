"""Questions that go to the server together."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import pq

from base import pipelines
from base.pipelines import one_journey
from base.rows import Question, ask, next_ids, sent
from people.models import Household
from tests.support import building

pytestmark = pytest.mark.django_db


def number(statement: str, **params) -> Question:
    return Question(statement, params, lambda found: found[0][0])


def test_answers_come_in_the_order_of_the_questions():
    asked = [number("SELECT %(n)s::int", n=n) for n in (3, 1, 2)]

    assert ask(*asked) == (3, 1, 2)


def test_a_later_question_reads_what_an_earlier_one_wrote():
    household = Household.objects.create(centre=building.centre(), name="before")
    change = Question(
        "UPDATE people_household SET name = 'after' WHERE id = %(id)s RETURNING id",
        {"id": household.pk},
        list,
    )
    name = number("SELECT name FROM people_household WHERE id = %(id)s", id=household.pk)

    _, read = ask(change, name)

    assert read == "after"


def test_each_question_counts_as_a_query(django_assert_num_queries):
    with django_assert_num_queries(2):
        ask(number("SELECT 1"), number("SELECT 2"))


def test_a_broken_question_is_django_s_error_and_the_connection_goes_on():
    with pytest.raises(DatabaseError), transaction.atomic():
        ask(number("SELECT 1"), number("SELECT 1 / %(n)s::int", n=0), number("SELECT 3"))

    assert ask(number("SELECT 1"), number("SELECT 2")) == (1, 2)


def test_what_is_made_of_the_first_answer_is_refused_first():
    def refuse(_):
        raise LookupError

    with pytest.raises(LookupError):
        ask(number("SELECT 1").then(refuse), number("SELECT 2").then(lambda _: 1 / 0))


@pytest.fixture
def messages(monkeypatch) -> list[object]:
    """What goes to the server from now on."""
    gone: list[object] = []
    send = pipelines.send

    def noted(pgconn):
        gone.append(pgconn)
        return send(pgconn)

    def never(*_):
        raise AssertionError("The driver sent a statement by itself.")

    monkeypatch.setattr(pipelines, "send", noted)
    monkeypatch.setattr("psycopg._pipeline_base.pipeline_communicate", never)
    return gone


def test_questions_that_go_together_are_one_message(messages):
    assert ask(number("SELECT 1"), number("SELECT 2"), number("SELECT 3")) == (1, 2, 3)
    assert len(messages) == 1


@pytest.mark.django_db(transaction=True)
def test_a_transaction_begins_with_its_first_questions(messages):
    with transaction.atomic():
        assert ask(number("SELECT 1"), number("SELECT 2")) == (1, 2)
        assert connection.connection.info.transaction_status == pq.TransactionStatus.INTRANS
    assert len(messages) == 1


@pytest.mark.parametrize("text", ["", "я" * 3_000_000])
def test_a_journey_within_another_takes_along_what_was_before_it(text):
    with one_journey():
        outer = sent("SELECT %(text)s::text", {"text": text})
        assert ask(number("SELECT 2"), number("SELECT 3")) == (2, 3)

    assert outer.fetchall() == [(text,)]


def test_more_than_the_sockets_hold_goes_and_comes():
    long = "я" * 3_000_000

    assert ask(*(number("SELECT %(it)s::text", it=long) for _ in range(3))) == (long,) * 3


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([3, -1, 2**40], "bigint[]"),
        ([], "bigint[]"),
        ([UUID(int=1), UUID(int=2**127)], "uuid[]"),
        ([datetime(2027, 10, 31, hour, 30, 0, 1, tzinfo=UTC) for hour in (0, 1)], "timestamptz[]"),
        ([1, None, 3], "bigint[]"),
        (['a"b', "c,d", "{e}", "NULL", "", "я"], "text[]"),
    ],
)
def test_lists_arrive_as_they_are(values, kind):
    assert number(f"SELECT %(values)s::{kind}", values=values).answer() == values


def test_numbers_given_beforehand_are_nobody_else_s():
    centre = building.centre()
    ids = next_ids(Household, 3).answer()

    later = Household.objects.create(centre=centre, name="later").pk
    assert ids == sorted({*ids})
    assert later > ids[-1]
