"""`manage.py worker`: runs the jobs, on as many machines as wanted."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Sends what is due and retires what has expired, until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("procrastinate", "worker", "--name", "pristan")
