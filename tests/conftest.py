"""What every test may ask for. The work is done in tests/support/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support import clusters, debian, servers, tools
from tests.support.clusters import Cluster
from tests.support.skipping import (  # noqa: F401 - hooks
    IN_CI,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_terminal_summary,
)

# Examples run against a database: slow, and slower beside another worker.
settings.register_profile(
    "here", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=IN_CI
)
settings.load_profile("here")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """Give this process a copy of the migrated template, and a fresh one after each commit."""
    from django.test import TransactionTestCase

    cluster = clusters.default()
    name = cluster.copy()

    def start_afresh(self: TransactionTestCase) -> None:
        # Django would empty all tables, those included that migrations have filled.
        from django.db import connection

        connection.close()
        cluster.drop(name)
        cluster.copy_to(name)

    with clusters.using(name), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", start_afresh)
        yield
    cluster.drop(name)


@pytest.fixture
def database_clone(django_db_setup: None) -> Iterator[Callable[..., str]]:
    """Make migrated databases for other processes: `database_clone()` returns a URL.

    `database_clone(cluster)` makes one on another server, such as `postgres15`.
    """
    with ExitStack() as stack:

        def clone(cluster: Cluster | None = None) -> str:
            home = cluster or clusters.default()
            name = home.copy()
            stack.callback(home.drop, name)
            return home.url(name)

        yield clone


@pytest.fixture
def server_processes(tmp_path: Path) -> Iterator[Callable[..., servers.RunningServer]]:
    """Start real servers: `server_processes(database_url, workers=2, environment={...})`."""
    with ExitStack() as stack:

        def start(database_url: str, **options: Any) -> servers.RunningServer:
            log = tmp_path / f"server-{len(list(tmp_path.iterdir()))}.log"
            start_one: Callable[..., AbstractContextManager[servers.RunningServer]]
            start_one = partial(servers.running, database_url, log=log)
            return stack.enter_context(start_one(**options))

        yield start


@pytest.fixture(scope="session")
def postgres15_session() -> Iterator[Cluster]:
    with debian.postgres15() as cluster:
        yield cluster


@pytest.fixture
def postgres15(request: pytest.FixtureRequest) -> Cluster:
    """Debian's PostgreSQL 15; the test that asks is marked needs_postgres15."""
    assert request.node.get_closest_marker("needs_postgres15"), "Mark it needs_postgres15."
    cluster: Cluster = request.getfixturevalue("postgres15_session")
    return cluster


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the Chromium that set-up found, and let it speak to nobody but us."""
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    return {**browser_type_launch_args, "executable_path": tools.chromium(), "args": quiet}


@pytest.fixture
def own(db: None) -> Iterator[Any]:
    """A centre with one of everything (a House), at the Monday noon of its story."""
    from base import clock
    from tests.support import houses

    with clock.frozen(houses.NOW):
        yield houses.house("own")
