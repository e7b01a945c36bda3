"""`manage.py serve` whole, on a database that it does not own."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from config import supervisor
from tests.config.test_supervisor import eventually
from tests.support.clusters import ROOT
from tests.support.servers import answers, free_port

SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}

pytestmark = pytest.mark.full


@pytest.fixture
def address(database_clone):
    """A running `serve`, as (its process, its address)."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=os.environ | {**SETTINGS, "DATABASE_URL": database_clone()},
    )
    try:
        eventually(lambda: answers(f"http://127.0.0.1:{port}/healthz"), seconds=60)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        supervisor.end_leftovers(ROOT)


def test_it_serves_and_works_and_stops_when_asked(address):
    process, url = address
    eventually(lambda: answers(f"{url}/readyz"), seconds=60)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert [child for child in children if child.is_running()] == []


def test_a_second_one_on_the_same_port_is_refused_in_one_sentence(address):
    port = address[1].rpartition(":")[2]
    second = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", port],
        cwd=ROOT,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr == (
        f"CommandError: Port {port} on 127.0.0.1 is taken: stop what listens there, or set PORT.\n"
    )


def test_a_killed_web_server_comes_back(address):
    process, url = address
    children = psutil.Process(process.pid).children()
    web = next(child for child in children if "granian" in child.cmdline())
    web.kill()
    web.wait(10)

    eventually(lambda: answers(f"{url}/healthz"), seconds=60)
