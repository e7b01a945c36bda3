"""A long load says how far it is: a bar where somebody watches, lines in a log."""

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from desk.demo.progress import report_to


class Terminal(StringIO):
    def isatty(self):
        return True


def told(out, *steps):
    report = report_to(OutputWrapper(out))
    for done, what in steps:
        report(done, what)
    return out.getvalue()


def test_a_log_gets_a_line_for_each_twentieth():
    said = told(StringIO(), (0, "a"), (0.01, "b"), (0.049, "c"), (0.05, "d"), (1, "e"))
    assert said.splitlines() == ["  0% a", "  5% d", "100% e"]


def test_a_terminal_gets_one_line_that_is_drawn_over():
    said = told(Terminal(), (0, "a"), (0.5, "b"), (1, "done"))
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert said.count("\r") == 3


@pytest.mark.parametrize(("done", "full"), [(0, 0), (0.5, 20), (1, 40)])
def test_the_bar_is_as_full_as_what_is_done(done, full):
    assert told(Terminal(), (done, "")).count("█") == full
