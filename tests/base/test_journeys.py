"""Rows that leave with the COMMIT, as if they had been written at once."""

from contextlib import contextmanager
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg import pq

from base import journeys
from base.journeys import insert_soon, leave_soon, transaction_at_once
from base.pipelines import OneJourney
from base.rows import Question, ask, insertion_of
from people.models import Household
from tests.support import building

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def centre():
    return building.centre()


def household(centre, name: str) -> Household:
    return Household(centre=centre, name=name)


def names() -> set[str]:
    return set(Household.objects.values_list("name", flat=True))


def count_of_households() -> Question[int]:
    return Question("SELECT count(*) FROM people_household", {}, lambda found: found[0][0])


def is_idle() -> bool:
    return connection.connection.info.transaction_status == pq.TransactionStatus.IDLE


def test_what_is_to_leave_soon_is_committed_with_the_rest(centre):
    with transaction_at_once():
        Household.objects.create(centre=centre, name="first")
        insert_soon([household(centre, "soon")])
    assert is_idle()
    assert names() == {"first", "soon"}


def test_one_journey_takes_it_and_the_commit(centre, monkeypatch):
    seen = []
    leave = journeys.leave

    def noted(waiting, *, committing):
        if waiting:
            leave(waiting, committing=committing)
            seen.append((committing, is_idle()))

    monkeypatch.setattr(journeys, "leave", noted)
    with transaction_at_once():
        insert_soon([household(centre, "soon")])
        assert seen == []
    assert seen == [(True, True)]


def test_whatever_is_asked_next_finds_it(centre):
    with transaction_at_once():
        insert_soon([household(centre, "soon")])
        assert names() == {"soon"}
    assert names() == {"soon"}


def given_up(*soon: Household) -> None:
    with transaction_at_once():
        insert_soon(soon)
        raise LookupError


def refused(*soon: Household, asking: bool = False) -> None:
    with transaction_at_once():
        Household.objects.create(centre=building.centre(), name="first")
        insert_soon(soon)
        if asking:
            names()


def test_questions_that_go_together_find_it(centre):
    with transaction_at_once():
        insert_soon([household(centre, "soon")])
        assert ask(count_of_households(), count_of_households()) == (1, 1)


@contextmanager
def in_other_words():
    try:
        yield
    except IntegrityError as error:
        raise LookupError from error


def reworded(one: Household, *, asking: bool) -> None:
    with transaction_at_once():
        leave_soon(insertion_of([one], ignore_conflicts=False), refused=in_other_words)
        if asking:
            names()


@pytest.mark.parametrize("asking", [True, False])
def test_a_refusal_may_be_put_in_other_words(centre, asking):
    with pytest.raises(LookupError):
        reworded(household(centre, None), asking=asking)
    assert is_idle()
    assert names() == set()


def test_of_two_refusals_the_one_that_was_refused_speaks(centre):
    @contextmanager
    def never():
        try:
            yield
        except IntegrityError as error:
            raise AssertionError from error

    with pytest.raises(LookupError), transaction_at_once():
        leave_both(household(centre, None), household(centre, "fine"), never)
    assert is_idle()


def leave_both(bad: Household, good: Household, never) -> None:
    leave_soon(insertion_of([bad], ignore_conflicts=False), refused=in_other_words)
    leave_soon(insertion_of([good], ignore_conflicts=False), refused=never)


def test_within_a_savepoint_it_is_refused_there_and_the_rest_goes_on(centre):
    bad = insertion_of([household(centre, None)], ignore_conflicts=False)
    with transaction_at_once():
        insert_soon([household(centre, "before")])
        with pytest.raises(LookupError), transaction.atomic():
            leave_soon(bad, refused=in_other_words)
        insert_soon([household(centre, "after")])
    assert names() == {"before", "after"}


def test_what_waits_goes_with_a_transaction_that_is_marked_to_be_undone(centre):
    with transaction_at_once():
        insert_soon([household(centre, "soon")])
        transaction.set_rollback(True)
    assert is_idle()
    assert names() == set()


def test_what_the_server_has_committed_is_committed_though_it_ends_then(centre, monkeypatch):
    """It said so; the end of the journey got lost."""
    with transaction_at_once():
        insert_soon([household(centre, "soon")])
        monkeypatch.setattr(OneJourney, "_enqueue_sync", end_of_the_server)
    monkeypatch.undo()
    connection.close()
    assert names() == {"soon"}


def end_of_the_server(journey: OneJourney) -> None:
    pid = journey.pgconn.backend_pid
    end = f"SELECT pg_terminate_backend({pid})".encode()
    journey.command_queue.append(partial(journey.pgconn.send_query_params, end, None))
    journey.result_queue.append(None)
    journey.command_queue.append(journey.pgconn.pipeline_sync)
    journey.result_queue.append(None)


def test_it_is_gone_with_a_transaction_that_is_given_up(centre):
    with pytest.raises(LookupError):
        given_up(household(centre, "soon"))
    assert is_idle()
    assert names() == set()


def test_its_refusal_undoes_everything_and_the_connection_goes_on():
    with pytest.raises(IntegrityError):
        refused(Household(centre_id=0, name="nowhere"))
    assert is_idle()
    assert names() == set()


def test_its_refusal_at_the_next_question_is_django_s_error(centre):
    with pytest.raises(DatabaseError):
        refused(household(centre, None), asking=True)
    assert is_idle()
    assert names() == set()


def test_within_another_transaction_the_outer_one_commits(centre):
    with transaction.atomic():
        with transaction_at_once():
            insert_soon([household(centre, "soon")])
        assert not is_idle()
        transaction.set_rollback(True)
    assert names() == set()


def test_what_an_inner_command_gives_up_is_not_written(centre):
    with transaction_at_once():
        insert_soon([household(centre, "outer")])
        with pytest.raises(LookupError):
            given_up(household(centre, "inner"))
    assert names() == {"outer"}


def test_what_waits_for_the_commit_is_called_after_it(centre):
    called = []
    with transaction_at_once():
        transaction.on_commit(lambda: called.append(is_idle()))
        insert_soon([household(centre, "soon")])
    assert called == [True]


def test_without_such_a_transaction_it_is_inserted_at_once(centre):
    insert_soon([household(centre, "soon")])
    assert names() == {"soon"}
