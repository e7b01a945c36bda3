"""PostgreSQL 15 as Debian packages it, for what must hold on the oldest server we know of."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.support.clusters import Cluster
from tests.support.tools import POSTGRES15

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
}


@contextmanager
def postgres15() -> Iterator[Cluster]:
    """A server in a directory of its own, on a Unix socket, gone when the block ends."""
    directory = Path(tempfile.mkdtemp(prefix="pristan-pg15-"))
    try:
        _own(directory)
        data = directory / "data"
        _run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in SETTINGS.items())
        options = f"-c unix_socket_directories={directory} {options}"
        _run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", directory / "log", "-o", options)
        try:
            yield Cluster(f"postgresql://postgres@/postgres?host={quote(str(directory), safe='')}")
        finally:
            _run("pg_ctl", "stop", "-w", "-s", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _own(directory: Path) -> None:
    account = _account()
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)


def _run(program: str, *arguments: str | Path) -> None:
    account = _account()
    identity: dict[str, Any] = (
        {} if account is None else {"user": account.pw_uid, "group": account.pw_gid}
    )
    subprocess.run(
        [POSTGRES15 / program, *arguments],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **identity,
    )
