"""What was done to an enrolment, in words."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from base import clock
from workshops.models import Step


def detail(step: Step) -> str:
    """Its dates and its reason: “from 07.12.2026: moves away”."""
    facts = step.facts
    dates = ""
    if step.what == Step.What.PAUSED:
        dates = paused(said(facts["from_on"]), said(facts.get("until_on")))
    elif until := facts.get("until"):
        dates = _("until %(at)s") % {"at": f"{local(until):%d.%m.%Y, %H:%M}"}
    elif on := facts.get("on"):
        dates = _("from %(day)s") % {"day": said(on)}
    return ": ".join(part for part in (dates, facts.get("reason", "")) if part)


def paused(first: str, last: str) -> str:
    if not last:
        return _("from %(day)s, the place is given up") % {"day": first}
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def said(day: str | None) -> str:
    return f"{date.fromisoformat(day):%d.%m.%Y}" if day else ""


def local(instant: str) -> datetime:
    return clock.local(datetime.fromisoformat(instant))
