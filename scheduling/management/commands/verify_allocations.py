"""`manage.py verify_allocations`: proves that series, bookings and allocations agree."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scheduling.verifying import ALL_RULES, discrepancies


class Command(BaseCommand):
    help = "Proves that series, bookings and what they hold agree, and names what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = discrepancies()
        for discrepancy in found:
            self.stderr.write(f"{discrepancy.rule}: {discrepancy.about}")
        if found:
            raise CommandError(f"{len(found)} discrepancies.")
        self.stdout.write(f"Series, bookings and allocations agree ({len(ALL_RULES)} rules).")
