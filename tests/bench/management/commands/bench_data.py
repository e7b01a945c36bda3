"""`manage.py bench_data SIZE`: fill a migrated database for the bench."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tests.bench import data, world, years


class Command(BaseCommand):
    help = "Fills a migrated, empty database with what the bench measures on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("size", choices=(*world.SIZES, years.SIZE))

    def handle(self, *args: Any, size: str, **options: Any) -> None:
        if size == years.SIZE:
            years.fill()
        else:
            data.fill(world.SIZES[size])
