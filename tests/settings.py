"""The program's own settings, on the tests' own database server.

pytest-django reads the settings before any conftest.py, so the server is named here: the one of
DATABASE_URL, or an embedded one that is as fast as it is forgetful.
"""

import os
from pathlib import Path

from config import postgres

os.environ.setdefault("DEBUG", "1")
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = postgres.url(
        Path(__file__).resolve().parent.parent / "var" / "test-postgres", fsync=False
    )

from config.settings import *  # noqa: F403
from config.settings import DATABASES

# One connection a thread, closed with the thread: a pool would hold on to cloned databases.
DATABASES["default"]["OPTIONS"].pop("pool", None)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Texts leave as fast as they can, and in this thread: another one would not see what a test has
# written and not committed.
SMS_PER_SECOND = 1000.0
SMS_THREADS = 1
