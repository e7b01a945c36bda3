"""One parent that keeps the web server, the worker and the embedded database alive.

It polls twice a second. A child that ends is started again after a growing pause; the database,
which only this process starts, is started again at once. On SIGTERM, SIGINT and SIGHUP the children
are stopped first, then the database, unless another process still uses it.

When the parent itself is killed, Linux tells the children, which then stop. Elsewhere, and for
grandchildren whose parent was killed too, the next start ends what is left: every process below a
supervisor carries its mark in the environment.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psutil

from config import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
STOP_SECONDS: Final = 10.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
SETTLED_SECONDS: Final = 60.0
"""A child that ran this long starts with the first pause again."""

MARK: Final = "PRISTAN_SUPERVISED"
PR_SET_PDEATHSIG: Final = 1


class PortTaken(RuntimeError):
    """Something already listens where the web server should."""


def web(host: str, port: int, workers: int) -> Child:
    """Granian; without its access log, because paths of feeds and links are secrets."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--blocking-threads": "4",
        "--respawn-interval": "1",
        "--workers-kill-timeout": "5",
        "--log-level": "warning",
    }
    flags = ("--no-access-log", "--respawn-failed-workers", "--no-ws")
    flat = [text for option in options.items() for text in option]
    return Child("web", [sys.executable, "-m", "granian", *flat, *flags, "config.wsgi:application"])


def worker() -> Child:
    return Child("worker", [sys.executable, "manage.py", "worker"])


@dataclass
class Child:
    """A command that is to run for ever."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = field(default=0.0, init=False)
    due_at: float = field(default=0.0, init=False)

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def pause(self, now: float) -> float:
        """Seconds to wait before the next start: doubled at each failure in a row."""
        if now - self.started_at > SETTLED_SECONDS:
            self.failures = 0
        pause = min(FIRST_PAUSE_SECONDS * 2.0**self.failures, LONGEST_PAUSE_SECONDS)
        self.failures += 1
        return pause


class Supervisor:
    """Run `children` in `directory`, beside `server` if the database is ours."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        directory: Path,
        server: postgres.Server | None,
        environment: Mapping[str, str],
    ) -> None:
        self.children = children
        self.directory = directory
        self.server = server
        self.environment = environment
        self._stopping = threading.Event()

    def run(self) -> None:
        """Keep everything alive until a signal asks to stop, then stop it in good order."""
        for number in (signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM)):
            signal.signal(number, self._stop)
        try:
            while not self._stopping.is_set():
                self._tick(time.monotonic())
                self._stopping.wait(POLL_SECONDS)
        finally:
            self._stop_children()
            if self.server is not None:
                self.server.release()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _tick(self, now: float) -> None:
        if self.server is not None and not self.server.is_running():
            self._revive(self.server)
        for child in self.children:
            if child.has_ended():
                self._bury(child, now)
            if child.process is None and now >= child.due_at:
                self._start(child, now)

    def _revive(self, server: postgres.Server) -> None:
        logger.warning("PostgreSQL has stopped; starting it again.")
        try:
            server.ensure()
        except postgres.PostgresFailed as error:
            logger.error("%s", error)

    def _start(self, child: Child, now: float) -> None:
        child.started_at = now
        child.process = subprocess.Popen(
            child.command,
            cwd=self.directory,
            env={**self.environment, MARK: _mark(self.directory, child.name)},
            # Ctrl-C reaches a whole terminal group: only the parent is to hear it.
            start_new_session=True,
            # Safe, because the supervisor has one thread.
            preexec_fn=_die_with_parent(),  # noqa: PLW1509
        )

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        pause = child.pause(now)
        logger.warning(
            "%s ended with %s; starting it again in %.1f s.",
            child.name,
            child.process.returncode,
            pause,
        )
        # Its own children may still hold the port.
        _kill(_marked(_mark(self.directory, child.name)))
        child.process = None
        child.due_at = now + pause

    def _stop_children(self) -> None:
        running = [child for child in self.children if child.process is not None]
        for child in running:
            assert child.process is not None
            child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in running:
            assert child.process is not None
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            _kill(_marked(_mark(self.directory, child.name)))
            child.process.wait()


def refuse_taken_port(host: str, port: int) -> None:
    """Granian shares its port with any other Granian, so two of them would answer by turns.

    Raises `PortTaken`.
    """
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {host} is taken: stop what listens there, or set PORT."
            ) from error


def end_leftovers(directory: Path) -> None:
    """End the children of a supervisor of `directory` that was killed and could not do it."""
    _kill(
        process
        for process, mark in _all_marked()
        if mark.startswith(f"{directory}|") and _is_orphaned(process, mark)
    )


# --- Marked processes ----------------------------------------------------------------------------


def _mark(directory: Path, name: str) -> str:
    return f"{directory}|{name}|{os.getpid()}"


def _is_orphaned(process: psutil.Process, mark: str) -> bool:
    """Whether the supervisor in the mark is gone, its number perhaps another's by now."""
    with suppress(psutil.NoSuchProcess):
        supervisor = psutil.Process(int(mark.rpartition("|")[2]))
        return bool(supervisor.create_time() > process.create_time())
    return True


def _marked(mark: str) -> Iterator[psutil.Process]:
    return (process for process, found in _all_marked() if found == mark)


def _all_marked() -> Iterator[tuple[psutil.Process, str]]:
    for process in psutil.process_iter():
        # Other people's processes keep their environment to themselves.
        with suppress(psutil.Error, OSError):
            mark = process.environ().get(MARK)
            if mark is not None:
                yield process, mark


def _kill(processes: Iterator[psutil.Process]) -> None:
    doomed = list(processes)
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(doomed, timeout=STOP_SECONDS)


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does before it becomes its command: ask Linux for SIGTERM at our end."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
