"""The bench's databases: built once, kept as templates, cloned for each run.

A template's name carries a hash over the migrations and over the code that fills it, so that a
change of either builds it anew.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from config import postgres
from tests.bench import world
from tests.support import clusters, servers
from tests.support.clusters import ROOT

OF_THE_CROWD = [f"tests/bench/{name}.py" for name in ("data", "house", "asleep", "world", "models")]
SOURCES = {
    **dict.fromkeys(world.SIZES, OF_THE_CROWD),
    "stara-zagora": ["tests/bench/years.py", "base/bulk.py", "desk/demo"],
}
"""What fills a database of each size: files, and folders of them."""

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
    def clones(self, sizes: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Fresh databases, each of a size, by URL; gone when the block ends."""
        names = {clone: f"bench_run_{os.getpid()}_{clone}" for clone in sizes}
        self.drop_remains()
        try:
            for clone, size in sizes.items():
                self.copy(self.template(size), names[clone])
            yield {clone: self.server.url(name) for clone, name in names.items()}
        finally:
            for name in names.values():
                self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def template(self, size: str) -> str:
        """The name of the filled template, made now if there is none."""
        name = template_name(size)
        if name not in self.known(finished=True):
            self.build(name, size)
        return name

    def build(self, name: str, size: str) -> None:
        print(f"Building a database: {size}…", file=sys.stderr, flush=True)
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self.copy(clusters.Cluster(self.server.url("postgres")).template(), name)
        fill(self.server.url(name), size)
        self.execute("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false", name)

    def copy(self, template: str, name: str) -> None:
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)

    def drop_remains(self) -> None:
        """Drop clones of runs that were killed, and templates of older code."""
        for name in self.known(finished=False):
            if not name.startswith("bench_run_") or not is_alive(name):
                self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        present = set(map(template_name, SOURCES))
        for name in self.known(finished=True):
            if name not in present:
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


def template_name(size: str) -> str:
    digest = hashlib.sha256(clusters.migrations_hash().encode())
    for source in SOURCES[size]:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return f"bench_{size}_{digest.hexdigest()[:12]}"


def fill(database_url: str, size: str) -> None:
    """In a process of its own: this one speaks to many databases, Django to one."""
    subprocess.run(
        [sys.executable, "manage.py", "bench_data", size],
        check=True,
        cwd=ROOT,
        env=os.environ | SETTINGS | {"DATABASE_URL": database_url},
    )
