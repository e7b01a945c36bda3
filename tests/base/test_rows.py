"""Questions that go to the server together."""

import pytest
from django.db import DatabaseError, transaction

from base.rows import Question, ask
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
