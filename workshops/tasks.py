"""Jobs of the worker."""

from procrastinate.contrib.django import app

from workshops import clearances, offers, selectors, watching

EVERY_TEN_MINUTES = "*/10 * * * *"
EVERY_HOUR = "20 * * * *"
EVERY_MORNING = "35 3 * * *"


@app.periodic(cron=EVERY_TEN_MINUTES)
@app.task(queueing_lock="pass_offers_on", pass_context=False)
def pass_offers_on(timestamp: int) -> None:
    """Offers of places that ran out go to the next in line."""
    for group in selectors.offers_over():
        offers.pass_on(group)


@app.periodic(cron=EVERY_MORNING)
@app.task(queueing_lock="ask_for_renewal", pass_context=False)
def ask_for_renewal(timestamp: int) -> None:
    """Remind staff of medical clearances for riding that run out."""
    clearances.ask_for_renewal()


@app.periodic(cron=EVERY_HOUR)
@app.task(queueing_lock="watch_boards", pass_context=False)
def watch_boards(timestamp: int) -> None:
    """Ask for riding boards that do not fit any more, or are not booked yet."""
    watching.watch_boards()
