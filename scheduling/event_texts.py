"""Events of a calendar as the API writes them, each text made once (scheduling.texts)."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.utils.translation import get_language

from base.renderers import to_json
from people.policies import Staff
from scheduling import calendars
from scheduling.calendars import Glance
from scheduling.shapes.events import event_shown
from scheduling.texts import Keeper

keeper = Keeper[Glance](most=20_000)
"""Of some 500 bytes each, by language."""


def shown(found: Sequence[Glance], staff: Staff, stamp: UUID | None) -> orjson.Fragment:
    """These events as a JSON list, in their order, as `event_shown` gives them. What changed or
    went since the glance is as it is now."""
    language = get_language() or ""
    texts = keeper.under(stamp, language)
    lines = list(map(texts.get, found))
    if None in lines:
        made = written([one.key for one in found if one not in texts], staff)
        now = {one.key: text for one, text in made.items()}
        lines = [line or now.get(one.key) for one, line in zip(found, lines, strict=True)]
        keeper.keep(made, stamp, language)
    return orjson.Fragment(b"[%b]" % b",".join(filter(None, lines)))


def written(bookings: Sequence[int], staff: Staff) -> dict[Glance, bytes]:
    events = calendars.events(calendars.of_bookings(bookings), staff)
    return {Glance(e.key, e.version, e.known): to_json(event_shown(e)) for e in events}
