"""The program's own settings, in production's way, with the floors beside the program's routes."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench"]
MIDDLEWARE = ["tests.bench.middleware.BenchMiddleware", *MIDDLEWARE]
ROOT_URLCONF = "tests.bench.urls"

SMS_PER_SECOND = 1000.0
