"""What Django and whitenoise need to know when a browser drives the pages."""

import os
from collections.abc import Iterator

import pytest
from django.test import override_settings

# Playwright keeps an event loop in this thread until the run ends, which Django would take for an
# async program and refuse to ask the database: in these tests and in whichever follow them.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def static_files_as_they_lie() -> Iterator[None]:
    """Look static files up one by one: nobody collects them for a test."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield
