"""How a rhythm is said."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from base import clock
from scheduling.models import HoursTerm, Term
from scheduling.series.recurrence import Freq, Pattern, pattern_of

EVERY = (
    gettext_lazy("every Monday"),
    gettext_lazy("every Tuesday"),
    gettext_lazy("every Wednesday"),
    gettext_lazy("every Thursday"),
    gettext_lazy("every Friday"),
    gettext_lazy("every Saturday"),
    gettext_lazy("every Sunday"),
)
ON = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
IN_MONTH = {
    1: gettext_lazy("the first in the month"),
    2: gettext_lazy("the second in the month"),
    3: gettext_lazy("the third in the month"),
    4: gettext_lazy("the fourth in the month"),
    -1: gettext_lazy("the last in the month"),
}


def of_term(term: Term | HoursTerm) -> str:
    return rhythm(pattern_of(term.event.rule), clock.local(term.event.start).date())


def rhythm(pattern: Pattern, first: date) -> str:
    """Of a pattern that begins on `first`: every Tuesday and Thursday."""
    if pattern.freq == Freq.DAILY:
        return daily(pattern.interval)
    if pattern.freq == Freq.WEEKLY:
        return weekly(pattern.interval, pattern.weekdays or (first.weekday(),))
    return monthly(pattern, first)


def daily(interval: int) -> str:
    if interval == 1:
        return _("every day")
    return ngettext("every %(n)s day", "every %(n)s days", interval) % {"n": interval}


def weekly(interval: int, weekdays: Sequence[int]) -> str:
    if interval == 1:
        return joined([str(EVERY[day]) for day in weekdays])
    rhythm = ngettext("every %(n)s week", "every %(n)s weeks", interval) % {"n": interval}
    return f"{rhythm}: {joined([str(ON[day]) for day in weekdays])}"


def monthly(pattern: Pattern, first: date) -> str:
    n = pattern.interval
    rhythm = _("every month")
    if n > 1:
        rhythm = ngettext("every %(n)s month", "every %(n)s months", n) % {"n": n}
    if pattern.nth is None:
        return f"{rhythm}: {_('on day %(day)s') % {'day': first.day}}"
    return f"{rhythm}: {ON[pattern.weekdays[0]]}, {IN_MONTH[pattern.nth]}"


def joined(words: Sequence[str]) -> str:
    *most, last = words
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last
