"""`manage.py restore_quarantine`: to be run after a backup was restored, before a worker starts."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications import by_hand


class Command(BaseCommand):
    help = (
        "After a backup was restored: every text that was due before waits for a person, since it"
        " may have been sent in the time that is lost. Run it before a worker starts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        held = by_hand.quarantine()
        self.stdout.write(f"{held} texts wait for a person, on the page of texts of their centre.")
