"""`manage.py serve`: the whole of Pristan on one machine, until it is told to stop."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import postgres, supervisor

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Runs the web server and the worker, with the embedded PostgreSQL if it is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
        parser.add_argument("--port", type=int, default=settings.PORT, help="Port (PORT).")
        parser.add_argument(
            "--workers",
            type=int,
            default=getattr(settings, "WEB_WORKERS", 2),
            help="Web server processes (WEB_WORKERS).",
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="First migrate, collect static files and, once, invent demo data.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        supervisor.end_leftovers(settings.BASE_DIR)
        try:
            supervisor.refuse_taken_port(host, port)
        except supervisor.PortTaken as error:
            raise CommandError(str(error)) from error
        if options["prepare"]:
            self.prepare()
        self.stdout.write(f"Pristan is on http://{host}:{port}/ (Ctrl-C stops it).")
        self.stdout.flush()
        children = [supervisor.web(host, port, options["workers"]), supervisor.worker()]
        supervise(children, port)

    def prepare(self) -> None:
        """Bring the database and the static files up to date. All of this may be repeated."""
        self.stdout.write("Bringing the database up to date ...")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("demo", "--size", "small", "--once", stdout=self.stdout)


def supervise(children: list[supervisor.Child], port: int) -> None:
    """Hand over to the supervisor, whose children are told where the database is."""
    release_connections()
    environment = {**os.environ, "PORT": str(port)}
    server = None
    if not environment.get("DATABASE_URL"):
        server = postgres.start(settings.VAR_DIR / "postgres")
        environment["DATABASE_URL"] = server.url("pristan")
    supervisor.Supervisor(
        children, directory=settings.BASE_DIR, server=server, environment=environment
    ).run()


def release_connections() -> None:
    """Close what the preparation opened: the parent itself never asks the database again."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()
