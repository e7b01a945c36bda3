"""How far a long load has come: a bar on a terminal, a line now and then elsewhere."""

from collections.abc import Callable

from django.core.management.base import OutputWrapper

Report = Callable[[float, str], None]
"""Told how much is done, from 0 to 1, and what is being done."""

WIDTH = 40
LINES = 20
"""About so many, where nobody watches."""


def silent(done: float, what: str) -> None:
    """Tells nobody."""


def report_to(out: OutputWrapper) -> Report:
    return bar(out) if out.isatty() else lines(out)


def bar(out: OutputWrapper) -> Report:
    def tell(done: float, what: str) -> None:
        full = round(WIDTH * done)
        drawn = "█" * full + "·" * (WIDTH - full)
        out.write(f"\r[{drawn}] {done:4.0%} {what:<24}", ending="\n" if done == 1 else "")
        out.flush()

    return tell


def lines(out: OutputWrapper) -> Report:
    """One for each twentieth."""
    last = -1

    def tell(done: float, what: str) -> None:
        nonlocal last
        if int(done * LINES) > last:
            last = int(done * LINES)
            out.write(f"{done:4.0%} {what}")

    return tell
