"""Jobs of the worker."""

from procrastinate.contrib.django import app

from rooms.watching import watch_stays

EVERY_TEN_MINUTES = "*/10 * * * *"


@app.periodic(cron=EVERY_TEN_MINUTES)
@app.task(queueing_lock="watch_stays", pass_context=False)
def watch(timestamp: int) -> None:
    """Warn of stays that come to their end, or are past it."""
    watch_stays()
