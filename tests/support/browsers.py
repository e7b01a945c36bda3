"""How the tests drive Chromium: the one that set-up found, speaking to nobody but us."""

from __future__ import annotations

from typing import Any

from tests.support import tools

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPTIONS: dict[str, Any] = {"executable_path": tools.chromium(), "args": QUIET}
