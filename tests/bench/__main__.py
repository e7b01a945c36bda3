"""`python -m tests.bench [--only N …] [--quick] [--rounds K] [--verbose]`: exits 1 when a target
is missed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import fasteners

from config import postgres
from tests.support.clusters import ROOT

if TYPE_CHECKING:
    from tests.bench.report import Line

TARGETS = range(1, 14)
SERIES = 11
SENDING = 12
GROUPS = 13


def main() -> int:
    arguments = read_arguments()
    server = postgres.start(ROOT / "var" / "bench-postgres")
    prepare_django(server)
    from tests.bench import report

    alone = fasteners.InterProcessLock(server.directory / "run")  # it restarts the server
    with alone:
        lines = [
            *of_the_crowd(server, arguments),
            *of_the_years(server, arguments),
            *of_series(server, arguments),
            *of_sending(server, arguments),
            *of_groups(server, arguments),
        ]
    print(report.show(lines))
    return 0 if all(line.met for line in lines) else 1


def of_the_crowd(server: postgres.Server, arguments: argparse.Namespace) -> list[Line]:
    from tests.bench import report, templates, world, years
    from tests.bench.stages import Run

    apart = {years.TARGET, SERIES, SENDING, GROUPS}
    targets = [target for target in arguments.only if target not in apart]
    if not targets:
        return []
    with templates.Databases(server).clones({size: size for size in world.SIZES}) as urls:
        found = Run(server, urls, targets=targets, **repeats(arguments)).whole()
    if arguments.verbose:
        print(report.show_times(found), found.queries, found.rows, sep="\n", file=sys.stderr)
    return report.lines(found, targets)


def of_the_years(server: postgres.Server, arguments: argparse.Namespace) -> list[Line]:
    from tests.bench import templates, years

    if years.TARGET not in arguments.only:
        return []
    return list(years.lines(templates.Databases(server), server, **repeats(arguments)))


def of_series(server: postgres.Server, arguments: argparse.Namespace) -> list[Line]:
    from tests.bench import series

    return in_process(SERIES, server, arguments, series.lines)


def of_groups(server: postgres.Server, arguments: argparse.Namespace) -> list[Line]:
    from tests.bench import groups

    return in_process(GROUPS, server, arguments, groups.lines)


def in_process(
    target: int,
    server: postgres.Server,
    arguments: argparse.Namespace,
    lines: Callable[..., Iterable[Line]],
) -> list[Line]:
    """In this process, on a small database of its own."""
    from django.db import connection

    from tests.bench import templates

    if target not in arguments.only:
        return []
    with templates.Databases(server).clones({"small": "small"}) as urls:
        name = urls["small"].rpartition("/")[2].partition("?")[0]
        connection.close()
        connection.settings_dict["NAME"] = name
        found = list(lines(rounds=repeats(arguments)["rounds"]))
        connection.close()
    return found


def of_sending(server: postgres.Server, arguments: argparse.Namespace) -> list[Line]:
    """In this process, on two small databases of their own."""
    from django.db import connection

    from tests.bench import sending, templates

    if SENDING not in arguments.only:
        return []
    with templates.Databases(server).clones({"few": "small", "many": "small"}) as urls:
        connection.close()
        connection.settings_dict["NAME"] = urls["few"].rpartition("/")[2].partition("?")[0]
        found = list(sending.lines(urls, rounds=repeats(arguments)["rounds"]))
        connection.close()
    return found


def repeats(arguments: argparse.Namespace) -> dict[str, int]:
    return {
        "rounds": arguments.rounds or (5 if arguments.quick else 9),
        "passes": 2 if arguments.quick else 5,
    }


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", type=int, choices=TARGETS, default=list(TARGETS), metavar="N"
    )
    parser.add_argument("--quick", action="store_true", help="fewer requests and rounds")
    parser.add_argument(
        "--rounds", type=int, choices=range(5, 12), metavar="K", help="5 to 11; free hours run out"
    )
    parser.add_argument("--verbose", action="store_true", help="milliseconds, to stderr")
    return parser.parse_args()


def prepare_django(server: postgres.Server) -> None:
    """This process reads models and migrations, but asks no database through Django."""
    from tests.support import servers

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATABASE_URL": server.url("postgres"),
        "DEBUG": "0",
        "SECRET_KEY": servers.SECRET_KEY,
    }
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
