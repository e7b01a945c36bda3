"""Databases for tests: migrated once into a template, then copied, which takes a tenth of a second.

A template is named by a hash of all migrations, so it outlives a run for as long as they stay the
same. Copies carry the number of the process that made them; those of dead processes are dropped.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent.parent
COPY_NAME = re.compile(r"pristan_test_(\d+)_\d+")
MIGRATING = 7_236_041
"""The advisory lock under which one process migrates and the others wait."""

KEPT_TEMPLATES = 3
"""Two branches may be tested by turns, or at once."""

_numbers = count(1)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server, reached through a database of its own that no test touches."""

    admin_url: str

    def url(self, database: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))

    def copy(self) -> str:
        """Make a migrated database and return its name."""
        name = f"pristan_test_{os.getpid()}_{next(_numbers)}"
        self.copy_to(name)
        return name

    def copy_to(self, name: str) -> None:
        template = self.template()
        with self._admin() as admin:
            admin.execute(_statement("CREATE DATABASE {} TEMPLATE {}", name, template))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        with self._admin() as admin:
            admin.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))

    def deadlocks(self, name: str) -> int:
        """How many deadlocks the server has broken in a database since it was made."""
        with self._admin() as admin:
            row = admin.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [name]
            ).fetchone()
        return int(row[0]) if row else 0

    @cache  # noqa: B019 - there are two clusters in a run, and they live as long as it does
    def template(self) -> str:
        """The name of the migrated template, made now if nobody has made it yet."""
        name = f"pristan_template_{migrations_hash()}"
        with self._admin() as admin:
            admin.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
            self._drop_remains(admin)
            if not self._is_finished(admin, name):
                self._migrate(admin, name)
        return name

    @contextmanager
    def _admin(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            yield connection

    def _is_finished(self, admin: psycopg.Connection, name: str) -> bool:
        row = admin.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        return row is not None and bool(row[0])

    def _migrate(self, admin: psycopg.Connection, name: str) -> None:
        statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
        if not self._folds_case_itself(admin):
            statement += " LOCALE 'C.UTF-8'"
        admin.execute(_statement(statement, name))
        manage("migrate", "--no-input", "--verbosity=0", database_url=self.url(name))
        admin.execute(
            _statement("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false", name)
        )

    def _folds_case_itself(self, admin: psycopg.Connection) -> bool:
        """Whether the cluster's own locale is PostgreSQL's, as the embedded server's is."""
        if admin.info.server_version < 170000:
            return False
        row = admin.execute(
            "SELECT datlocprovider FROM pg_database WHERE datname = 'template0'"
        ).fetchone()
        return row == ("b",)

    def _drop_remains(self, admin: psycopg.Connection) -> None:
        """Drop copies whose maker is dead, half-made templates, and all but the latest others."""
        rows = admin.execute(
            "SELECT datname, datistemplate FROM pg_database WHERE datname ~ '^pristan_te' "
            "ORDER BY oid DESC"
        ).fetchall()
        templates = [name for name, finished in rows if finished]
        for name, finished in rows:
            copy = COPY_NAME.fullmatch(name)
            if name in templates[:KEPT_TEMPLATES] or (copy and psutil.pid_exists(int(copy[1]))):
                continue
            if finished:
                admin.execute(_statement("ALTER DATABASE {} WITH IS_TEMPLATE false", name))
            admin.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def _statement(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def manage(*arguments: str, database_url: str) -> str:
    """Run a management command on a database and return what it printed."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "1",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


@cache
def migrations_hash() -> str:
    """A hash over the text of every migration of every installed app."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    digest = hashlib.sha256()
    for key in sorted(loader.disk_migrations):
        source = inspect.getfile(type(loader.disk_migrations[key]))
        digest.update(repr(key).encode())
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:16]


@cache
def default() -> Cluster:
    """The server that tests.settings has named."""
    return Cluster(os.environ["DATABASE_URL"])


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let Django's default connection, in this process, speak to another database."""
    from django.db import connection

    previous = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = previous
