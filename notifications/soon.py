"""What somebody waits for leaves at once, not with the next minute."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def send_soon() -> None:
    """Wake a worker when the transaction has committed. Where one is awake already, it will look
    again for what is due."""
    transaction.on_commit(defer)


def defer() -> None:
    try:
        app.configure_task("notifications.tasks.send_due", queueing_lock="send_due").defer(
            timestamp=0
        )
    except AlreadyEnqueued:
        return
