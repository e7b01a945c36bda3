"""What the frame of every page asks, and how intervals are written."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format

from base import clock
from desk import fields, selectors
from people.requests import caller
from scheduling.models import HoursTerm, Term
from scheduling.series import wording

register = template.Library()
NO_BREAK = "\N{NO-BREAK SPACE}"


@register.simple_tag(takes_context=True)
def viewer(context: template.Context) -> selectors.Viewer | None:
    """Who reads the page; None before the log-in."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return None
    return selectors.viewer(caller(request))


@register.filter
def hour(instant: datetime) -> str:
    """10:30 on Sofia's clocks."""
    return f"{clock.local(instant):%H:%M}"


@register.filter
def plain_date(value: Any) -> str:
    """24.11.2026 г., which no line may break; of an instant, its date in Sofia."""
    day = clock.local(value).date() if isinstance(value, datetime) else value
    return date_format(day, "DATE_FORMAT").replace(" ", NO_BREAK) if day else ""


@register.filter
def weekday_date(value: Any) -> str:
    """вторник, 24.11.2026 г."""
    day = clock.local(value).date() if isinstance(value, datetime) else value
    return f"{date_format(day, 'l')}, {plain_date(day)}"


@register.filter
def day_typed(instant: datetime) -> str:
    """24.11.2026, as people type it."""
    return f"{clock.local(instant):%d.%m.%Y}"


@register.filter
def weekday_short(number: str) -> str:
    """пн for 1."""
    return str(WEEKDAYS_ABBR[int(number) - 1])


@register.filter
def moment(instant: datetime) -> str:
    """24.11.2026 г., 10:30"""
    return f"{plain_date(instant)}, {hour(instant)}"


@register.filter
def between(thing: Any) -> str:
    """10:00–10:50, for whatever starts and ends; with the dates, when it ends on another one."""
    starts, ends = clock.local(thing.starts_at), clock.local(thing.ends_at)
    if (ends - starts).days >= 1 or (ends.date() != starts.date() and ends.hour + ends.minute):
        return f"{moment(thing.starts_at)} – {moment(thing.ends_at)}"
    return f"{starts:%H:%M}–{ends:%H:%M}"


@register.filter
def rhythm(term: Term | HoursTerm) -> str:
    """всеки вторник"""
    return wording.of_term(term)


@register.filter
def in_minutes(duration: timedelta) -> int:
    return int(duration.total_seconds()) // 60


@register.filter
def iso(instant: datetime) -> str:
    return fields.iso(instant)


@register.filter
def is_child(person: Any, on: Any) -> bool:
    """Whether the person is a child on a date, or on the date of an instant."""
    day = clock.local(on).date() if isinstance(on, datetime) else on
    child: bool = person.is_child_on(day)
    return child


@register.filter
def outcome_of(event: Any, person: Any) -> str:
    """The code of the person's outcome in an event; empty before there is one."""
    return next((one.outcome for one in event.people if one.pk == person.pk), "")


@register.simple_tag
@register.filter
def places(slots: Any) -> list[str]:
    """The rooms or cars of some slots, each once."""
    found = (slot.room or slot.vehicle for slot in slots)
    return list(dict.fromkeys(place.name for place in found if place))
