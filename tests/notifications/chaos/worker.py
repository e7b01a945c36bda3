"""A worker that runs the jobs of texts over and over, without waiting for the minute.

`python -m tests.notifications.chaos.worker`
"""

import os
import time

import django

JOBS = ("send_due", "reconcile")
"""Of notifications/tasks.py."""


def main() -> None:
    django.setup()
    from notifications import tasks

    jobs = [getattr(tasks, name) for name in JOBS]
    parent = os.getppid()
    while os.getppid() == parent:  # nobody works on when the test is dead
        for job in jobs:
            job(timestamp=0)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
