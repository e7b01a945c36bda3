"""Jobs of the worker. Each may run on many machines at once: rows are claimed, not counted."""

import logging

from procrastinate.contrib.django import app

from base import clock, idempotency
from notifications import asking, calling, guesses, mailing, reconciling, senders, sending
from scheduling.services import expire_holds

logger = logging.getLogger("notifications")

EVERY_MINUTE = "* * * * *"
EVERY_QUARTER_OF_AN_HOUR = "*/15 * * * *"
EVERY_NIGHT = "17 2 * * *"
EVERY_MORNING = "40 6 * * *"


@app.periodic(cron=EVERY_MINUTE)
@app.task(queueing_lock="send_due", pass_context=False)
def send_due(timestamp: int) -> None:
    """Send the reminders that are due. Not with a clock that differs from the database's: it would
    send them on the wrong day."""
    if senders.clock_is_right():
        sending.send_due()
    else:
        logger.error("this machine's clock differs from the database's: it sends no texts")


@app.periodic(cron=EVERY_MINUTE)
@app.task(queueing_lock="reconcile", pass_context=False)
def reconcile(timestamp: int) -> None:
    """Ask the operator about what nobody told us, and take away what has arrived."""
    reconciling.reconcile()


@app.periodic(cron=EVERY_MINUTE)
@app.task(queueing_lock="mail_tasks", pass_context=False)
def mail_tasks(timestamp: int) -> None:
    """Tell staff by e-mail that there is something to do."""
    mailing.mail_tasks()


@app.periodic(cron=EVERY_MORNING)
@app.task(queueing_lock="ask_again", pass_context=False)
def ask_again(timestamp: int) -> None:
    """Remind staff to ask whether texts are still safe."""
    asking.ask_again()


@app.periodic(cron=EVERY_MINUTE)
@app.task(queueing_lock="expire_holds", pass_context=False)
def retire_holds(timestamp: int) -> None:
    """Free what expired holds kept, and tell their owners."""
    expire_holds()


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="forget_keys", pass_context=False)
def forget_keys(timestamp: int) -> None:
    """Idempotency keys are kept for a day."""
    idempotency.forget(before=clock.now() - idempotency.KEPT)


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="forget_guesses", pass_context=False)
def forget_guesses(timestamp: int) -> None:
    """Who asked for links that do not exist."""
    guesses.forget()


@app.periodic(cron=EVERY_QUARTER_OF_AN_HOUR)
@app.task(queueing_lock="open_daily_tasks", pass_context=False)
def open_daily_tasks(timestamp: int) -> None:
    """Ask coordinators to call whom no text reached. Cron knows UTC alone, and a worker may have
    been away at eight: so it asks again and again, and the task is opened once a day."""
    calling.open_daily_tasks()
