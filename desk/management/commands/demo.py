"""`manage.py demo`: four invented centres to try Pristan on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from desk.demo import centres, loading, staff
from desk.demo.progress import report_to
from people.models import Centre, Role

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Invents four centres with people, work and log-ins. Never beside real data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=loading.SIZES, default="small")
        parser.add_argument(
            "--reset",
            action="store_true",
            help="First remove the demo that is there, with all users and their tokens.",
        )
        parser.add_argument(
            "--once", action="store_true", help="Do nothing when there are centres already."
        )

    def handle(self, *args: Any, size: str, reset: bool, once: bool, **options: Any) -> None:
        if once and not reset and Centre.objects.exists():
            if not Centre.objects.filter(is_demo=False).exists():
                self.print_log_ins()
            return
        try:
            loading.load(size, reset=reset, report=report_to(self.stdout))
        except loading.RealData:
            raise CommandError(
                "This database holds a real centre: the demo loads into an empty database only."
            ) from None
        except loading.AlreadyThere:
            raise CommandError(
                "The demo is loaded already: --reset removes it and loads it again, "
                "--once leaves it as it is."
            ) from None
        self.print_log_ins()

    def print_log_ins(self) -> None:
        roles, slugs = ", ".join(Role.Name.values), ", ".join(p.slug for p in centres.PLOTS)
        self.stdout.write(
            f"Log in as ROLE@CENTRE.example, password {staff.PASSWORD}\n"
            f"  ROLE    {roles}\n"
            f"  CENTRE  {slugs}\n"
            f"as {staff.INSTRUCTOR}, who keeps the horses,\n"
            f"or as {staff.INSTALLER}, who only installs, with the same password."
        )
