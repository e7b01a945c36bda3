"""All settings. The environment is read here and nowhere else; nonsense is refused aloud."""

import re
import sys
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()


def refuse(sentence: str) -> NoReturn:
    """End the program with one sentence: a wrong setting is the installer's to mend."""
    sys.stderr.write(f"Pristan cannot start: {sentence}\n")
    raise SystemExit(1)


def read_bool(name: str, *, default: bool = False) -> bool:
    value = env.str(name, "1" if default else "0").strip().lower()
    if value not in {"0", "1", "true", "false", "yes", "no", "on", "off", ""}:
        refuse(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"}


# --- Where and how it runs -------------------------------------------------------------

DEBUG = read_bool("DEBUG")
DEVELOPMENT_KEY = "development-only-key-never-used-in-production"
SECRET_KEY = env.str("SECRET_KEY", DEVELOPMENT_KEY if DEBUG else "")
if not DEBUG and (len(SECRET_KEY) < 32 or DEVELOPMENT_KEY == SECRET_KEY):
    refuse("set SECRET_KEY to a random text of at least 32 characters (or DEBUG=1 at your desk).")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = env.int("PORT", 8000)
WEB_WORKERS = env.int("WEB_WORKERS", 2)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "people.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "phonenumber_field",
    "procrastinate.contrib.django",
    "rest_framework",
    "schedule",
    "simple_history",
    "config",
    "base",
    "people",
    "scheduling",
    "rooms",
    "workshops",
    "notifications",
    "desk",
]

MIDDLEWARE = [
    "config.middleware.DatabaseDownMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database: PostgreSQL, ours under var/ unless DATABASE_URL names another ------------------


POSTGRES = {
    "jit": "off",
    "random_page_cost": 1.1,
    "max_parallel_workers_per_gather": 0,
    # Our statements never change (base.rows): they are planned once a connection, not once for
    # every set of parameters.
    "plan_cache_mode": "force_generic_plan",
    # What we read by the cursor we read to its end.
    "cursor_tuple_fraction": 1,
}


def read_database() -> dict[str, Any]:
    """Connections set jit=off, since compiling our statements costs several times what running
    them does; and they price a random page as on a solid-state disk, without parallel workers,
    or a month of one specialist is read by scanning every booking there is.
    """
    try:
        url = env.str("DATABASE_URL", "") or postgres.url(VAR_DIR / "postgres")
    except postgres.PostgresFailed as error:
        refuse(str(error))
    database: dict[str, Any] = env.db_url_config(url)
    database["ENGINE"] = "config.database"
    database["ATOMIC_REQUESTS"] = False
    database.setdefault("OPTIONS", {}).update(
        options=" ".join(f"-c {name}={value}" for name, value in POSTGRES.items()),
        # For base.rows alone; Django's own cursors never prepare. PgBouncer before 1.21 cannot
        # follow prepared statements: DATABASE_PREPARE=0.
        prepare_threshold=0 if read_bool("DATABASE_PREPARE", default=True) else None,
        connect_timeout=5,
        pool={
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL", 8),
            "timeout": 5,
            # Longer, it would try again at ever longer intervals while the server is back already.
            "reconnect_timeout": 5,
        },
    )
    return database


DATABASES = {"default": read_database()}

# --- Language, time ----------------------------------------------------------------------

LANGUAGE_CODE = "bg"
LANGUAGES = [("bg", _("Bulgarian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Sofia"

# A stay is held from the arrival hour of its first day to the departure hour of its last.
ARRIVAL_HOUR = time(14)
DEPARTURE_HOUR = time(11)
FIRST_DAY_OF_WEEK = 1

# --- Static files ------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "collected"
STATICFILES_DIRS = [BASE_DIR / "config" / "static", VAR_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Who may come in ---------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "config.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = PUBLIC_URL.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31536000 if PUBLIC_URL.startswith("https://") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- HTTP interface ----------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.authentication.TokenAuthentication",
        "config.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["base.renderers.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["base.parsers.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "base.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90)}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pristan",
    "DESCRIPTION": "Scheduling and resource booking for complexes of social services.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "Modality": "scheduling.models.Modality",
        "BookingKind": "scheduling.models.Booking.Kind",
        "BookingStatus": "scheduling.models.Booking.Status",
        "TaskKind": "base.models.Task.Kind",
        "Outcome": "scheduling.models.Participation.Outcome",
        "StayOutcome": "rooms.shapes.stays.LAST",
        "StayFirst": "rooms.shapes.stays.FIRST",
        "UnitKind": "rooms.models.UnitKind",
        "Need": "rooms.models.Need",
        "RoomFeature": "rooms.models.Room.Feature",
        "StayStatus": "rooms.models.Stay.Status",
        "UnitState": "rooms.states.STATES",
        "HoursKind": "scheduling.models.RepeatingHours.Kind",
        "HorseAbsenceReason": "workshops.shapes.stable.REASONS",
        "AbsenceKind": "rooms.models.Absence.Kind",
        "EnrolmentStatus": "workshops.models.Enrolment.Status",
        "Audience": "workshops.models.Audience",
        "SeatWhy": "workshops.models.Seat.Why",
        "ReminderKind": "notifications.models.Reminder.Kind",
        "ReminderStatus": "notifications.models.Reminder.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- Messages ----------------------------------------------------------------------------

PHONENUMBER_DEFAULT_REGION = "BG"
SMS_GATEWAY = env.str("SMS_GATEWAY", "console")
if SMS_GATEWAY not in {"console", "twilio"}:
    refuse(f"SMS_GATEWAY must be console or twilio, not {SMS_GATEWAY!r}.")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM = env.str("TWILIO_FROM", "")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_BASE_URL = env.str("TWILIO_BASE_URL", "")
TWILIO_TIMEOUT = env.float("TWILIO_TIMEOUT", 10.0)


def read_price(name: str) -> Decimal:
    """An amount of euros, 0 when it is not set."""
    value = env.str(name, "0").strip() or "0"
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", value):
        refuse(f"{name} must be a price in euros such as 0.0835, not {value!r}.")
    return Decimal(value)


SMS_PART_PRICE = read_price("SMS_PART_PRICE")
SMS_CURRENCY = "EUR"
if SMS_GATEWAY == "twilio":
    if not (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN):
        refuse("SMS_GATEWAY=twilio needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
    if not (TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID):
        refuse("SMS_GATEWAY=twilio needs TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID.")

# Of the protocol that sends each text once (DESIGN §6), in seconds. A worker that has not ended an
# attempt within the lease counts as dead; after the grace, counted from the claim, whatever was
# taken is in the operator's list; a text whose fate no callback has told is asked after later.
SMS_LEASE = env.float("SMS_LEASE", 120.0)
SMS_GRACE = env.float("SMS_GRACE", 600.0)
SMS_SETTLES = env.float("SMS_SETTLES", 900.0)
SMS_LISTING_LAG = 60.0
SMS_PER_SECOND = env.float("SMS_PER_SECOND", 1.0)
SMS_THREADS = env.int("SMS_THREADS", 4)
if not SMS_LEASE > 2 * TWILIO_TIMEOUT > 0:
    refuse("SMS_LEASE must be longer than twice TWILIO_TIMEOUT: a call may take that long.")
if not SMS_GRACE > 2 * TWILIO_TIMEOUT + SMS_LEASE + SMS_LISTING_LAG:
    refuse(
        "SMS_GRACE must be longer than twice TWILIO_TIMEOUT, SMS_LEASE and a minute together:"
        " sooner, a text that has left may not be listed yet, and would be sent twice."
    )
if not (0 < SMS_PER_SECOND <= 1000 and 1 <= SMS_THREADS <= 64 and SMS_SETTLES > 0):
    refuse("SMS_PER_SECOND (to 1000), SMS_THREADS (1 to 64) and SMS_SETTLES must be positive.")

# --- Letters to staff ---------------------------------------------------------------------

# As smtp+tls://user:password@host:587; empty: nobody is written to, and tasks stand on Today.
EMAIL_URL = env.str("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "pristan@localhost")
EMAIL_TIMEOUT = 20
if EMAIL_URL:
    try:
        globals().update(environ.Env.email_url_config(EMAIL_URL))
    except (environ.ImproperlyConfigured, KeyError, ValueError):
        refuse("EMAIL_URL must look like smtp+tls://user:password@host:587.")

# --- Whom no text tells -------------------------------------------------------------------

# The list of families whom no text could tell: days it looks ahead, hour of the daily task.
UNREACHED_DAYS = env.int("UNREACHED_DAYS", 3)
UNREACHED_HOUR = env.int("UNREACHED_HOUR", 8)
if not (0 <= UNREACHED_DAYS <= 14 and 0 <= UNREACHED_HOUR <= 23):
    refuse("UNREACHED_DAYS must lie between 0 and 14, and UNREACHED_HOUR between 0 and 23.")

# --- Logs: ids only, no names, phones or tokens -------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "config.logs.RedactSecrets"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Refusals are answers, not news; what breaks is an error.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # The worker's own news of a database that was away: the supervisor starts it again.
        "procrastinate": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "psycopg.pool": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "urllib3": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "notifications": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "twilio": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
