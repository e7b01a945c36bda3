"""`manage.py verify_allocations`: proves that bookings and allocations agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scheduling.verifying import CHECKS, discrepancies


class Command(BaseCommand):
    help = "Proves that bookings and what they hold agree, and names what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = discrepancies()
        for discrepancy in found:
            self.stderr.write(f"{discrepancy.rule}: {discrepancy.about}")
        if found:
            raise CommandError(f"{len(found)} discrepancies.")
        self.stdout.write(f"Bookings and allocations agree ({len(CHECKS)} rules).")
