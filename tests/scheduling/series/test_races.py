"""Two workers roll the same series night after night while somebody changes them."""

import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest

from base import clock
from base.errors import DomainError
from people.models import Role
from scheduling import services, verifying
from scheduling.models import Booking, Modality, Series
from scheduling.planning import Wish
from scheduling.series import horizon, making, selectors
from scheduling.series import services as series_services
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from scheduling.series.services import Changes
from tests.scheduling.test_races import deadlocks, overlaps, using
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.clusters import ROOT

pytestmark = pytest.mark.full

NIGHTS = 25
NOW = at(MONDAY, 8)
TOMORROW = MONDAY + timedelta(days=1)

WORKER = f"""
import django
django.setup()
from datetime import datetime, timedelta
from base import clock
from scheduling.series.horizon import roll_all
for night in range({NIGHTS}):
    with clock.frozen(datetime.fromisoformat("{NOW.isoformat()}") + timedelta(days=night)):
        roll_all()
"""
"""A process of its own: the same nights, as fast as they pass."""


@pytest.fixture
def series(database_clone, django_db_blocker):
    """Nine open series in one database, three of which begin as ones of five dates: they share
    three specialists, so that rolling finds hours taken, and two rooms."""
    url = database_clone()
    with django_db_blocker.unblock(), using(url), clock.frozen(NOW):
        centre = building.centre()
        talk = building.service(centre)
        leads = [building.specialist(centre, [talk]) for _ in range(3)]
        for _ in range(2):
            building.place(centre, [talk])
        by = building.user(centre, Role.Name.COORDINATOR)
        for n in range(9):
            person = (building.person(centre),)
            wish = Wish(talk, at(TOMORROW, 9 + n // 3), leads[n % 3], person, Modality.ON_SITE)
            pattern = Pattern(Freq.WEEKLY, 1, (1, 3)) if n % 2 else Pattern(Freq.DAILY, 2)
            length = {"count": 5} if n % 3 == 0 else {}
            making.create_series(wish, Repetition(pattern, **length), by=by, skipping=True)
        yield by, url


def worker(url: str) -> subprocess.Popen:
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "1"}
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=os.environ | settings)


def edit(*, by) -> None:
    one = random.choice(list(Booking.objects.filter(status="confirmed")))
    series = one.term.series
    match random.choice(["split", "split", "cancel", "extend"]):
        case "split":
            start = clock.local(one.original_start).replace(hour=random.randint(9, 15))
            series_services.split_series(
                series, Changes(starts_at=start), since=one.original_start, by=by, skipping=True
            )
        case "cancel":
            services.cancel_booking(one, by=by, party=Booking.Party.CLIENT)
        case "extend":
            series_services.extend_series(series, until=None, by=by, skipping=True)


def test_two_workers_and_an_editor_lose_no_date_and_double_none(series, django_db_blocker):
    random.seed(20270301)
    by, url = series
    with django_db_blocker.unblock(), using(url):
        workers = [worker(url) for _ in range(2)]
        done = refused = 0
        while any(one.poll() is None for one in workers):
            with clock.frozen(NOW):
                try:
                    edit(by=by)
                    done += 1
                except DomainError:
                    refused += 1
        assert [one.returncode for one in workers] == [0, 0]
        assert done > 10

        with clock.frozen(NOW + timedelta(days=NIGHTS)):
            horizon.roll_all()

            assert verifying.discrepancies() == []
            assert overlaps() == []
            assert deadlocks() == 0
            for one in Series.objects.all():
                terms = selectors.terms_of(one)
                originals = [date.original_start for date in selectors.dates_of(terms)]
                assert len(originals) == len(set(originals))
                assert selectors.undecided(terms, making.booked_until(one)) == []
