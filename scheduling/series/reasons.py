"""Why a date of a series was skipped, in words for its page: the code is kept, not the sentence."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base import clock
from scheduling import setup
from scheduling.models import Term
from scheduling.series import recurrence
from scheduling.series.selectors import SeriesDate

WORDS = {
    "resource_unavailable": gettext_lazy("the time was taken"),
    "outside_availability": gettext_lazy("outside working hours"),
    "no_contact": gettext_lazy("not suitable for these people"),
    "no_entry_basis": gettext_lazy("no entry document was valid"),
    "general_access_ended": gettext_lazy("general access had ended"),
    "too_far_ahead": gettext_lazy("too far ahead"),
    recurrence.LEFT_OUT: gettext_lazy("left out when the series was made"),
}


def closures_of(centre_id: int, terms: Sequence[Term]) -> dict[date, str]:
    """Days off over these terms, by name (D8)."""
    first = clock.local(terms[0].event.start).date()
    last = max(recurrence.last_day(term.event) for term in terms)
    return setup.now_of(centre_id).hours((), first, last).closures


def detail(skipped: SeriesDate, closed: Mapping[date, str]) -> str:
    """Empty for a date that was not skipped."""
    if not skipped.why:
        return ""
    day = clock.local(skipped.original_start).date()
    if skipped.why == "closed":
        # The date may have been given another day since.
        return closed.get(day) or _("left out earlier, for a day off")
    return str(WORDS.get(skipped.why, _("it could not be booked")))
