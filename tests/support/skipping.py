"""Tests marked `needs_…` skip where their tool is missing, and say so; in CI they fail instead."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest

from tests.support.tools import TOOLS

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, tool in TOOLS.items():
        if item.get_closest_marker(f"needs_{name}") and tool.find() is None:
            pytest.skip(f"{tool.name} could not be got")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI skips nothing. {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    if reasons:
        terminalreporter.section("not tested")
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{reason}: {number} skipped")
