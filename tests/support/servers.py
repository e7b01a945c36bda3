"""Real server processes: Granian as `manage.py serve` starts it, on a database of the test's."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import requests

from config import supervisor
from tests.support.clusters import ROOT

START_SECONDS = 30
SECRET_KEY = "a-key-for-servers-under-test-and-for-nothing-else"

TORN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
"""What a caller sees of a server that is killed: nothing, or half of an answer."""


@dataclass(frozen=True)
class RunningServer:
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pids(self) -> list[int]:
        """The parent first, then its workers."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [self.process.pid, *(child.pid for child in children)]

    def kill(self) -> None:
        """End everything at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    database_url: str, *, log: Path, workers: int = 2, environment: dict[str, str] | None = None
) -> Iterator[RunningServer]:
    """Serve `database_url` with production settings until the block ends."""
    port = free_port()
    command = supervisor.web("127.0.0.1", port, workers).command
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**_environment(database_url, port), **(environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = RunningServer(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_healthy(server)
        yield server
    finally:
        server.kill()


def _environment(database_url: str, port: int) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "SECRET_KEY": SECRET_KEY,
        "PORT": str(port),
    }


def wait_until_healthy(server: RunningServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = server.process.poll() is not None
        assert not ended, f"The server ended:\n{server.log.read_text(errors='replace')}"
        if answers(f"{server.url}/healthz"):
            return
        time.sleep(0.1)
    raise AssertionError(f"No answer from /healthz:\n{server.log.read_text(errors='replace')}")


def answers(url: str) -> bool:
    with suppress(URLError, ConnectionError, TimeoutError), urlopen(url, timeout=2) as answer:
        return answer.status == 200
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
