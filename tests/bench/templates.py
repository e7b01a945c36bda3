"""The bench's databases: built once, kept as templates, cloned for each run.

A template's name carries a hash over the migrations and over the code that fills it, so that a
change of either builds it anew.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from config import postgres
from tests.bench import world
from tests.support import clusters, servers
from tests.support.clusters import ROOT

SOURCES = ("data.py", "house.py", "asleep.py", "world.py", "models.py")
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "DEBUG": "0",
    "SECRET_KEY": servers.SECRET_KEY,
}


class Databases:
    """The templates of one server, and their clones of this run."""

    def __init__(self, server: postgres.Server) -> None:
        self.server = server

    @contextmanager
    def clones(self) -> Iterator[dict[str, str]]:
        """A fresh database of each size, by URL; gone when the block ends."""
        names = {size: f"bench_run_{os.getpid()}_{size}" for size in world.SIZES}
        self.drop_remains()
        try:
            for size, name in names.items():
                self.copy(self.template(size), name)
            yield {size: self.server.url(name) for size, name in names.items()}
        finally:
            for name in names.values():
                self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def template(self, size: str) -> str:
        """The name of the filled template, made now if there is none."""
        name = f"bench_{size}_{contents_hash()}"
        if name not in self.known(finished=True):
            self.build(name, world.SIZES[size])
        return name

    def build(self, name: str, older: int) -> None:
        print(f"Building a database with {older:,} older allocations…", file=sys.stderr, flush=True)
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.copy(clusters.Cluster(self.server.url("postgres")).template(), name)
        fill(self.server.url(name), older)
        self.execute("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false", name)

    def copy(self, template: str, name: str) -> None:
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)

    def drop_remains(self) -> None:
        """Drop clones of runs that were killed, and templates of older code."""
        for name in self.known(finished=False):
            if not name.startswith("bench_run_") or not is_alive(name):
                self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        for name in self.known(finished=True):
            if not name.endswith(contents_hash()):
                self.execute("ALTER DATABASE {} WITH IS_TEMPLATE false", name)
                self.execute("DROP DATABASE {}", name)

    def known(self, *, finished: bool) -> list[str]:
        """Names of our databases; a finished one is a template in PostgreSQL's eyes too."""
        with self.admin() as admin:
            rows = admin.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^bench_' AND datistemplate = %s",
                [finished],
            ).fetchall()
        return [name for (name,) in rows]

    def execute(self, statement: str, *names: str) -> None:
        with self.admin() as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def admin(self) -> psycopg.Connection:
        return psycopg.connect(self.server.url("postgres"), autocommit=True)


def is_alive(clone: str) -> bool:
    return Path(f"/proc/{clone.split('_')[2]}").exists()


def contents_hash() -> str:
    digest = hashlib.sha256(clusters.migrations_hash().encode())
    for source in SOURCES:
        digest.update((Path(__file__).parent / source).read_bytes())
    return digest.hexdigest()[:12]


def fill(database_url: str, older: int) -> None:
    """In a process of its own: this one speaks to many databases, Django to one."""
    subprocess.run(
        [sys.executable, "manage.py", "bench_data", str(older)],
        check=True,
        cwd=ROOT,
        env=os.environ | SETTINGS | {"DATABASE_URL": database_url},
    )
