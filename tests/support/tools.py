"""Programs that some tests need and a machine may lack, found by name.

`python -m tests.support.tools chromium` says by its exit status whether one is there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = ROOT / "node_modules"
POSTGRES15 = Path("/usr/lib/postgresql/15/bin")
PRISM = MODULES / "@stoplight" / "prism-cli" / "dist" / "index.js"
TWILIO_API = (
    MODULES / "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
)  # Twilio's own description of its interface
ICAL_JS = MODULES / "ical.js"
CALENDARS = ROOT / "var" / "calendars"


@dataclass(frozen=True)
class Tool:
    """What a test needs: a name for people, and where it is, None when it is missing."""

    name: str
    find: Callable[[], object]


def chromium() -> Path | None:
    """The system's Chromium, or the one that Playwright downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    downloads = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(downloads) if downloads else _playwright_cache()
    names = {"chrome", "chrome.exe", "Chromium", "Google Chrome for Testing"}
    return next(
        (path for path in sorted(cache.glob("chromium-*/**/*")) if path.name in names), None
    )


def _playwright_cache() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "ms-playwright"
    return Path.home() / ".cache" / "ms-playwright"


def node() -> Path | None:
    """The system's node, or that of the wheel, which set-up links beside our Python."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("node", path=os.pathsep.join([os.environ.get("PATH", ""), beside]))
    return Path(found) if found else None


def _node_with(*paths: Path) -> Path | None:
    return node() if all(path.exists() for path in paths) else None


def postgres15() -> Path | None:
    return POSTGRES15 if (POSTGRES15 / "postgres").exists() else None


def calendar_archives() -> list[Path] | None:
    """The source archives whose tests are full of calendars."""
    found = sorted(CALENDARS.glob("*.tar.gz"))
    return found if len(found) == 2 else None


TOOLS = {
    "calendars": Tool(
        "the source archives of icalendar and recurring-ical-events", calendar_archives
    ),
    "chromium": Tool("Chromium", chromium),
    "node": Tool("node with npm's ical.js", lambda: _node_with(ICAL_JS)),
    "prism": Tool("Prism with Twilio's OpenAPI", lambda: _node_with(PRISM, TWILIO_API)),
    "postgres15": Tool("Debian's PostgreSQL 15", postgres15),
}

if __name__ == "__main__":
    sys.exit(any(TOOLS[name].find() is None for name in sys.argv[1:]))
