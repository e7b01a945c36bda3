"""The embedded server, each time a real one, in a directory of its own."""

import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environ
import psutil
import psycopg
import pytest

from config import postgres
from tests.support.clusters import ROOT

USER_PROGRAM = """
import sys, time
from pathlib import Path
from config import postgres
print(postgres.url(Path(sys.argv[1]), fsync=False), flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def new_directory() -> Iterator[Path]:
    """Not tmp_path: its parents belong to root alone when root runs the tests."""
    parent = Path(tempfile.mkdtemp(prefix="pristan-test-"))
    parent.chmod(0o755)
    yield parent / "postgres"
    for made in list(parent.rglob("postgresql.conf")):
        server = postgres.Server(made.parent.parent)
        server.release()
        server.stop()
        # Long paths have their socket elsewhere.
        shutil.rmtree(postgres._socket_dir(server.directory))
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def directory() -> Iterator[Path]:
    with new_directory() as path:
        yield path


@pytest.fixture
def server(directory: Path) -> postgres.Server:
    """A server to maltreat."""
    return postgres.start(directory, fsync=False)


@pytest.fixture(scope="module")
def shared() -> Iterator[postgres.Server]:
    """A server to look at."""
    with new_directory() as path:
        yield postgres.start(path, fsync=False)


def pid_of(server: postgres.Server) -> int:
    return int((server.data_dir / "postmaster.pid").read_text().split()[0])


def ask(url: str, statement: str):
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def user_process(directory: Path, *, seconds: float = 0) -> subprocess.Popen[str]:
    """Another process that uses the server of `directory` for a while."""
    return subprocess.Popen(
        [sys.executable, "-c", USER_PROGRAM, str(directory), str(seconds)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# --- What is made ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("SELECT upper('иван')", "ИВАН"),
        ("SELECT lower('ЩЪРКЕЛ')", "щъркел"),
        ("SELECT 'ИВАН' ILIKE 'ива%'", True),
        ("SELECT 'ИВАН' ~* 'иван'", True),
    ],
)
def test_the_database_folds_cyrillic_case(shared: postgres.Server, statement: str, answer: object):
    assert ask(shared.url("pristan"), statement) == answer


def test_only_the_owner_may_enter_the_directory(shared: postgres.Server):
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (shared.directory, shared.data_dir)]

    assert modes == [0o700, 0o700]


def test_the_server_is_durable_unless_told_otherwise(directory: Path):
    assert ask(postgres.url(directory), "SHOW fsync") == "on"


def test_a_database_is_made_once_and_kept(shared: postgres.Server):
    ask(shared.url("pristan"), "CREATE TABLE kept AS SELECT 7 AS seven")

    assert ask(shared.url("pristan"), "SELECT seven FROM kept") == 7


def test_django_environ_understands_the_url(shared: postgres.Server):
    read = environ.Env.db_url_config(shared.url("pristan"))

    assert read["OPTIONS"] == {"host": str(shared.directory), "port": 5432}


@pytest.mark.full
@pytest.mark.parametrize("name", ['o\'clock, "a $b" къща', "long" * 30])
def test_awkward_paths_work(directory: Path, name: str):
    assert ask(postgres.url(directory / name / "postgres", fsync=False), "SELECT 1") == 1


@pytest.mark.full
def test_without_unix_sockets_a_password_guards_the_port(
    directory: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "SOCKETS", False)
    url = postgres.url(directory, fsync=False)
    password = (directory / "password").read_text()

    assert ask(url, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guess"))


def test_a_directory_of_somebody_else_is_refused_in_one_sentence(
    directory: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)

    with pytest.raises(postgres.PostgresFailed, match="belongs to somebody else"):
        postgres.start(directory)


# --- Who starts and who stops it ------------------------------------------------------------------


def test_processes_that_start_at_once_share_one_server(directory: Path):
    processes = [user_process(directory, seconds=60) for _ in range(4)]
    urls = {first_line(process) for process in processes}
    for process in processes:
        process.kill()
        process.communicate()

    assert urls == {postgres.url(directory)}


def test_the_last_user_to_exit_stops_the_server(directory: Path):
    user_process(directory).communicate()

    assert not postgres.Server(directory).is_running()


def test_a_user_that_exits_leaves_the_server_to_the_others(shared: postgres.Server):
    pid = pid_of(shared)

    user_process(shared.directory).communicate()

    assert shared.is_running()
    assert pid_of(shared) == pid


@pytest.mark.full
def test_a_killed_user_does_not_hold_the_server_for_ever(directory: Path):
    killed = user_process(directory, seconds=60)
    first_line(killed)
    killed.kill()
    killed.communicate()
    survived = postgres.Server(directory).is_running()

    user_process(directory).communicate()

    assert survived
    assert not postgres.Server(directory).is_running()


# --- What it survives -----------------------------------------------------------------------------


def stop_at_once(server: postgres.Server) -> None:
    postgres._run(server.directory, "pg_ctl", "stop", "-D", "data", "-m", "immediate", "-s")


def kill(server: postgres.Server) -> None:
    postmaster = psutil.Process(pid_of(server))
    postmaster.kill()
    postmaster.wait(timeout=10)


@pytest.mark.parametrize("strike", [stop_at_once, kill])
def test_what_was_committed_survives(server: postgres.Server, strike):
    ask(server.url("pristan"), "CREATE TABLE kept AS SELECT 7 AS seven")
    strike(server)
    server.ensure()

    assert ask(server.url("pristan"), "SELECT seven FROM kept") == 7


def test_a_session_that_outlives_a_killed_server_is_ended(server: postgres.Server):
    url = server.url("pristan")
    busy = psycopg.connect(url)
    session = psutil.Process(busy.info.backend_pid)
    busy_thread = threading.Thread(target=loop_forever, args=[busy])
    busy_thread.start()
    time.sleep(0.2)
    kill(server)
    server.ensure()
    busy_thread.join()

    assert ask(url, "SELECT 1") == 1
    assert not session.is_running() or session.status() == psutil.STATUS_ZOMBIE


def loop_forever(connection: psycopg.Connection) -> None:
    with connection:
        connection.execute("SET statement_timeout = '30s'")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")


def test_a_number_that_now_belongs_to_another_process_is_no_server(server: postgres.Server):
    url = server.url("pristan")
    lock_files = {path: path.read_text() for path in locks_of(server)}
    kill(server)
    stranger = subprocess.Popen(["sleep", "60"], user=server.data_dir.stat().st_uid)
    for path, words in lock_files.items():
        path.write_text("\n".join([str(stranger.pid), *words.splitlines()[1:]]) + "\n")

    running = server.is_running()
    server.ensure()
    stranger.kill()
    stranger.wait()

    assert not running
    assert ask(url, "SELECT 1") == 1


def locks_of(server: postgres.Server) -> list[Path]:
    return [server.data_dir / "postmaster.pid", server.directory / ".s.PGSQL.5432.lock"]


@pytest.mark.full
def test_a_cluster_that_was_half_made_is_made_again(directory: Path):
    (directory / "data.new").mkdir(parents=True)
    (directory / "data.new" / "PG_VERSION").write_text("18")

    assert ask(postgres.url(directory, fsync=False), "SELECT 1") == 1


@pytest.mark.full
def test_a_server_that_will_not_start_says_why(directory: Path):
    postgres.Server(directory, fsync=False).ensure()
    postgres.Server(directory).stop()
    (directory / "data" / "postgresql.conf").write_text("nonsense = 1\ninclude = 'pristan.conf'\n")

    with pytest.raises(postgres.PostgresFailed, match='parameter "nonsense"'):
        postgres.start(directory)


# --- What it writes down --------------------------------------------------------------------------


def test_the_log_keeps_deadlocks_and_no_one_s_name(shared: postgres.Server):
    url = shared.url("pristan")
    ask(url, "CREATE TABLE person AS SELECT n AS id, '' AS name FROM generate_series(1, 2) n")
    cross_updates(url)
    log = shared.log.read_text()

    assert "pristan ERROR:  deadlock detected" in log
    assert "Канарчева" not in log


def test_the_log_keeps_no_values_of_a_broken_constraint(shared: postgres.Server):
    url = shared.url("pristan")
    ask(url, "CREATE TABLE card (phone text UNIQUE)")
    ask(url, "INSERT INTO card VALUES ('+359888123456')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(url, "INSERT INTO card VALUES ('+359888123456')")
    log = shared.log.read_text()

    assert "card_phone_key" in log
    assert "888123456" not in log


def cross_updates(url: str) -> None:
    """Two transactions update two rows in opposite order, so that one is broken off."""
    ready = threading.Barrier(2)

    def update(first: int, second: int) -> None:
        statement = "UPDATE person SET name = 'Канарчева' WHERE id = {}"
        try:
            with psycopg.connect(url) as connection:
                connection.execute(statement.format(first))
                ready.wait(timeout=10)
                connection.execute(statement.format(second))
        except psycopg.errors.DeadlockDetected:
            pass

    threads = [threading.Thread(target=update, args=order) for order in [(1, 2), (2, 1)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
