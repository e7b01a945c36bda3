"""Jobs of the worker. Each may run on many machines at once."""

from procrastinate.contrib.django import app

from scheduling.series.horizon import roll_all

EVERY_NIGHT = "47 0 * * *"


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="roll_series", pass_context=False)
def roll_series(timestamp: int) -> None:
    """Book the dates of open series that have come within the horizon."""
    roll_all()
