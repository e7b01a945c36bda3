"""Playwright keeps an event loop in this thread until the run ends, which Django would take for an
async program and refuse to ask the database: in these tests and in whichever follow them."""

import os

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
