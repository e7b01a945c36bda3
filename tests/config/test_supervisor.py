"""The supervisor as a process of its own, with children that do nothing but live."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
import pytest

from config import postgres, supervisor
from tests.support.clusters import ROOT
from tests.support.servers import free_port

PATIENCE_SECONDS = 20

CHILD = """
import os, signal, sys, time
from pathlib import Path
from typing import TypeVar
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(f"{sys.argv[1]}.pid").write_text(str(os.getpid()))
time.sleep(1000)
"""

PARENT = """
import json, os, sys
from pathlib import Path
from typing import TypeVar
from config import postgres, supervisor

directory, children = Path(sys.argv[1]), json.loads(sys.argv[3])
server = None
supervisor.end_leftovers(directory)
if sys.argv[2] == "yes":
    server = postgres.start(directory / "postgres", fsync=False)
    (directory / "url").write_text(server.url("pristan"))
supervisor.Supervisor(
    [supervisor.Child(name, command) for name, command in children.items()],
    directory=directory, server=server, environment=os.environ,
).run()
"""

T = TypeVar("T")
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def directory() -> Iterator[Path]:
    """Not tmp_path: its parents belong to root alone when root runs the tests."""
    path = Path(tempfile.mkdtemp(prefix="pristan-test-"))
    path.chmod(0o755)
    yield path
    if (path / "postgres").exists():
        postgres.Server(path / "postgres").stop()
    shutil.rmtree(path)


@pytest.fixture
def start(directory: Path) -> Iterator[Start]:
    """Start a supervisor of a few children, and a database if asked."""
    started = []

    def start(*names: str, database: bool = False, stubborn: bool = False):
        options = ["stubborn"] if stubborn else []
        children = {name: [sys.executable, "-c", CHILD, name, *options] for name in names}
        arguments = [str(directory), "yes" if database else "no", json.dumps(children)]
        process = subprocess.Popen([sys.executable, "-c", PARENT, *arguments], cwd=ROOT)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    supervisor.end_leftovers(directory)


def eventually(look: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` returns once it is true."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "It never came true."
        time.sleep(0.05)
    return seen


def child(directory: Path, name: str) -> psutil.Process | None:
    """The child that runs under a name now."""
    try:
        process = psutil.Process(int((directory / f"{name}.pid").read_text()))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None
    return process if lives(process) else None


def lives(process: psutil.Process) -> bool:
    """Whether it still runs; psutil counts the dead whom nobody has reaped as running."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_that_dies_is_started_again(start: Start, directory: Path):
    start("web", "worker")
    first = eventually(lambda: child(directory, "web"))
    other = eventually(lambda: child(directory, "worker"))
    first.kill()

    second = eventually(lambda: (now := child(directory, "web")) and now != first and now)

    assert lives(second)
    assert child(directory, "worker") == other


def test_failures_in_a_row_lengthen_the_pause_and_a_long_life_resets_it():
    failing = supervisor.Child("web", ["false"])
    pauses = [failing.pause(now=0) for _ in range(8)]
    settled = failing.pause(now=supervisor.SETTLED_SECONDS + 1)

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert settled == 0.5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_stop_ends_children_and_database(
    start: Start, directory: Path, number: signal.Signals
):
    process = start("web", database=True)
    web = eventually(lambda: child(directory, "web"))
    process.send_signal(number)

    assert process.wait(PATIENCE_SECONDS) == 0
    assert not lives(web)
    assert not postgres.Server(directory / "postgres").is_running()


@pytest.mark.full
def test_a_child_that_will_not_stop_is_killed(start: Start, directory: Path):
    process = start("web", stubborn=True)
    web = eventually(lambda: child(directory, "web"))
    process.terminate()

    assert process.wait(PATIENCE_SECONDS) == 0
    assert not lives(web)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of it")
def test_children_stop_when_the_supervisor_is_killed(start: Start, directory: Path):
    process = start("web")
    web = eventually(lambda: child(directory, "web"))
    process.kill()

    eventually(lambda: not lives(web))


def test_the_next_start_ends_what_a_killed_supervisor_left(start: Start, directory: Path):
    process = start("web", stubborn=True)
    left = eventually(lambda: child(directory, "web"))
    process.kill()
    process.wait()
    outlived = lives(left)
    start("worker")
    eventually(lambda: child(directory, "worker"))

    assert outlived
    eventually(lambda: not lives(left))


def test_the_children_of_a_living_supervisor_are_no_leftovers(start: Start, directory: Path):
    start("web")
    web = eventually(lambda: child(directory, "web"))
    supervisor.end_leftovers(directory)

    assert lives(web)


def stop_at_once(server: postgres.Server) -> None:
    postgres._run(server.directory, "pg_ctl", "stop", "-D", "data", "-m", "immediate", "-s")


def kill(server: postgres.Server) -> None:
    os.kill(int((server.data_dir / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("strike", [stop_at_once, kill])
def test_the_database_is_revived_at_the_same_address(start: Start, directory: Path, strike):
    start("web", database=True)
    eventually(lambda: child(directory, "web"))
    url = (directory / "url").read_text()
    since = server_started(url)
    strike(postgres.Server(directory / "postgres"))
    began = time.monotonic()

    eventually(lambda: server_started(url) not in (None, since))

    assert time.monotonic() - began < 5


def server_started(url: str):
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute("SELECT pg_postmaster_start_time()").fetchone()
            return row and row[0]
    except psycopg.OperationalError:
        return None


def test_a_taken_port_is_refused_even_where_it_could_be_shared():
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(supervisor.PortTaken, match=f"Port {port} on 127.0.0.1 is taken"):
            supervisor.refuse_taken_port("127.0.0.1", port)


def test_a_free_port_is_not_refused():
    supervisor.refuse_taken_port("127.0.0.1", free_port())
