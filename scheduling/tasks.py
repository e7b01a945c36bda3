"""Jobs of the worker. Each may run on many machines at once."""

from procrastinate.contrib.django import app

from scheduling import repeating
from scheduling.series.horizon import roll_all

EVERY_NIGHT = "47 0 * * *"


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="roll_series", pass_context=False)
def roll_series(timestamp: int) -> None:
    """Book the dates of open series that have come within the horizon."""
    roll_all()


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="roll_hours", pass_context=False)
def roll_hours(timestamp: int) -> None:
    """Lay out working hours and closed days that repeat as far ahead as anybody may book."""
    repeating.roll_hours()
