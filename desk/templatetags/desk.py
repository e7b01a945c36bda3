"""What the frame of every page asks, and how intervals are written."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format

from base import clock
from desk import fields, selectors
from notifications.effect import Line
from notifications.proportions import Estimate
from people.requests import caller
from scheduling.calendars import Event
from scheduling.models import Booking, HoursTerm, Term
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
def why_away(block: Event) -> str:
    """отпуск, or what else keeps a specialist, a room or a horse."""
    return str(Booking.BlockReason(block.block_reason).label)


@register.filter
def weekday_short(number: str) -> str:
    """пн for 1."""
    return str(WEEKDAYS_ABBR[int(number) - 1])


@register.filter
def percent(share: float) -> str:
    """82 for 0.8234."""
    return f"{100 * share:.0f}"


@register.filter
def points(difference: float) -> str:
    """+12 or −3 for a difference of shares."""
    number = round(100 * difference)
    return f"+{number}" if number > 0 else f"{number}".replace("-", "\N{MINUS SIGN}")


BAR, SPACE = 34, 12


@register.inclusion_tag("desk/parts/effect_bars.html")
def bars(line: Line) -> dict[str, Any]:
    """The two shares of a line as bars with whiskers, on a scale of a thousand."""
    groups = [("reminded", line.reminded.share), ("not", line.not_reminded.share)]
    shown = [(group, share) for group, share in groups if share]
    return {
        "height": len(shown) * (BAR + SPACE) + SPACE,
        "scale": [f"{tenth * 250}" for tenth in range(5)],
        "bars": [bar(group, share, place) for place, (group, share) in enumerate(shown)],
    }


def bar(group: str, share: Estimate, place: int) -> dict[str, str]:
    """Numbers as text: an address of a drawing knows no decimal commas."""
    top = SPACE + place * (BAR + SPACE)
    drawn = {
        "top": top,
        "middle": top + BAR // 2,
        "upper": top + 6,
        "lower": top + BAR - 6,
        "width": round(1000 * share.value),
        "begins": round(1000 * share.low),
        "ends": round(1000 * share.high),
    }
    said = {"share": share.value, "low": share.low, "high": share.high}
    return {
        "group": group,
        **{name: f"{number}" for name, number in drawn.items()},
        **{name: percent(number) for name, number in said.items()},
    }


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
def in_hours(minutes: int) -> str:
    """2:05 for 125."""
    return f"{minutes // 60}:{minutes % 60:02}"


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
