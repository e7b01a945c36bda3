"""Open series go on: every night their dates are booked a day farther ahead."""

from base import clock
from base.models import Task
from base.services import open_task
from scheduling.models import Series
from scheduling.series.making import HORIZON
from scheduling.series.placing import Refusal
from scheduling.series.selectors import terms_ahead
from scheduling.series.services import book_undecided, lengthen, lock_series
from scheduling.taking import deadlock_retried

DAYS_OFF = frozenset({"closed"})
"""Reasons for skipping a date that nobody need do anything about."""


def roll_all() -> int:
    """Book what has come within the horizon; returns of how many series. Whoever comes second, on
    this machine or another, finds nothing left to book."""
    return sum(roll(series) for series in Series.objects.filter(is_open=True).order_by("pk"))


@deadlock_retried
def roll(series: Series) -> bool:
    """One series, in a transaction of its own. Dates that cannot be booked are skipped, and
    somebody is asked to find another hour. Returns whether there were any dates."""
    series = lock_series(series)
    if not series.is_open:
        return False
    lengthen(series, terms_ahead(series), clock.today() + HORIZON, by=series.created_by)
    decided, refusals = book_undecided(series, by=None, skipping=True)
    ask_for_other_hours(series, refusals)
    if decided:
        series.version += 1
        series.save(update_fields=["version"])
    return decided > 0


def ask_for_other_hours(series: Series, refusals: list[Refusal]) -> None:
    if any(refusal.error.code not in DAYS_OFF for refusal in refusals):
        open_task(
            Task.Kind.SERIES_DATE_SKIPPED,
            centre_id=series.centre_id,
            about=f"series:{series.public_id}",
            due_on=clock.today(),
            owner_id=series.created_by_id,
        )
