"""Events of a calendar as the API writes them, each text made once (scheduling.texts)."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.utils.translation import get_language

from base.renderers import to_json
from people.policies import Staff
from scheduling import calendars
from scheduling.calendars import Glance, Glances
from scheduling.shapes.events import event_shown
from scheduling.texts import Keeper

keeper = Keeper[Glance](most=20_000)
"""Of some 500 bytes each, by language."""

windows = Keeper[Glances](most=100)
"""Whole lists, likewise: the same months are looked at again and again."""


def shown(found: Glances, staff: Staff, stamp: UUID | None) -> orjson.Fragment:
    """These events as a JSON list, in their order, as `event_shown` gives them. What changed or
    went since the glance is as it is now."""
    language = get_language() or ""
    text = windows.under(stamp, language).get(found)
    if text is None:
        text = joined(found, staff, stamp, language)
    return orjson.Fragment(text)


def joined(found: Glances, staff: Staff, stamp: UUID | None, language: str) -> bytes:
    each, texts = found.each(), keeper.under(stamp, language)
    made = written([one.key for one in each if one not in texts], staff)
    lines = [texts.get(one) or made.get(one) for one in each]
    are_as_glimpsed = None not in lines
    if not are_as_glimpsed:
        now = {one.key: text for one, text in made.items()}
        lines = [line or now.get(one.key) for one, line in zip(each, lines, strict=True)]
    text = b"[%b]" % b",".join(filter(None, lines))
    keeper.keep(made, stamp, language)
    if are_as_glimpsed:
        windows.keep({found: text}, stamp, language)
    return text


def written(bookings: Sequence[int], staff: Staff) -> dict[Glance, bytes]:
    if not bookings:
        return {}
    events = calendars.events(calendars.of_bookings(bookings), staff)
    return {Glance(e.key, e.version, e.known): to_json(event_shown(e)) for e in events}
