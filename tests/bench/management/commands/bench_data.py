"""`manage.py bench_data OLDER`: fill a migrated database for the bench."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tests.bench import data


class Command(BaseCommand):
    help = "Fills a migrated, empty database with the bench's centre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("older", type=int, help="how many older allocations")

    def handle(self, *args: Any, older: int, **options: Any) -> None:
        data.fill(older)
