"""Target 13: how far a proposed afternoon of riding is from the best there could be, and what the
week of sixty groups asks the database."""

from collections.abc import Iterator, Sequence
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from base import clock
from people.models import Centre, Role, User
from tests.bench import report
from tests.bench.series import undone
from tests.support import building
from tests.workshops import building as made
from tests.workshops.riding import stable
from workshops.models import Session
from workshops.riding.checking import broken
from workshops.riding.facts import Afternoon
from workshops.riding.proposing import Proposal, propose

TARGET = 13
SOLVER_SECONDS = 2.0
GROUPS = 60
UNHASHED = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
"""Nobody has gathered the static files."""

WIDEST_GAP = 0.1
"""Of the number of riders, which comes before everything else. Ours."""


def lines(*, rounds: int) -> Iterator[report.Line]:
    """Within a database that is thrown away."""
    yield from of_afternoons(rounds)
    with clock.frozen(building.at(made.MONDAY, 8)), undone():
        yield from of_weeks()


def of_afternoons(rounds: int) -> Iterator[report.Line]:
    """Each round another afternoon: 24 children, 5 horses, 8 helpers."""
    afternoons = [stable.full_afternoon(seed=seed) for seed in range(1, rounds + 1)]
    found = [propose(one, seconds=SOLVER_SECONDS) for one in afternoons]
    riders = [1 - one.score.riders / one.bound.riders for one in found]
    solved = f"{SOLVER_SECONDS:g} s of solver"
    yield gap_line(f"gap of the riders to their proven bound, {solved}", riders, WIDEST_GAP)
    yield gap_line("gap of the first part of the score not proven", [one.gap for one in found], 1)
    faults = sum(map(is_faulty, afternoons, found))
    yield report.Line(TARGET, "proposals that break a rule", f"{faults}", "", "", "0", faults == 0)


def gap_line(what: str, gaps: Sequence[float], limit: float) -> report.Line:
    """A limit of 1 is none: the figure is only told."""
    middle, spread = median(gaps), f"{min(gaps):.0%}–{max(gaps):.0%}"
    shown = f"{limit:.0%}" if limit < 1 else ""
    return report.Line(TARGET, what, f"{middle:.1%}", spread, "", shown, middle <= limit)


def is_faulty(afternoon: Afternoon, proposal: Proposal) -> bool:
    return bool(broken(afternoon, proposal.rides))


def of_weeks() -> Iterator[report.Line]:
    centre = building.centre()
    by = building.user(centre, Role.Name.COORDINATOR)
    of_one, of_all = (asked_for(centre, by, groups) for groups in (1, GROUPS))
    yield report.Line(
        TARGET, f"queries for the week of {GROUPS} groups, and of one", f"{of_all} : {of_one}",
        "", "", "equal", of_one == of_all,
    )  # fmt: skip


def asked_for(centre: Centre, by: User, groups: int) -> int:
    """Queries of the page of a week in which so many groups meet."""
    while Session.objects.filter(group__workshop__centre=centre).count() < groups:
        workshop = made.workshop(centre)
        made.group(workshop, by=by, until=made.FIRST)
    client = Client()
    client.force_login(by)
    ask = f"/workshops/?from={made.FIRST:%d.%m.%Y}"
    with override_settings(STORAGES=settings.STORAGES | UNHASHED, ALLOWED_HOSTS=["testserver"]):
        client.get(ask, secure=True)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(ask, secure=True)
    shown = answer.content.decode().count('href="/groups/')
    assert shown >= groups, (answer.status_code, shown)
    return len(captured)
