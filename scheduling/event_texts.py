"""Events of a calendar as the API writes them, each text made once.

A booking's version names its content: what anybody may see of it changes with the version, or with
the set-up (a service is renamed). So the text is kept under both; which of the two texts a reader
gets, the known or the busy one, is asked of the database anew for every reader and every time.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import orjson
from django.utils.translation import get_language

from base.renderers import to_json
from people.policies import Staff
from scheduling import calendars
from scheduling.calendars import Glance
from scheduling.shapes.events import event_shown

MOST = 20_000
"""Texts that a process keeps, of some 500 bytes each; then it begins anew."""

Texts = dict[Glance, bytes]
kept: dict[tuple[UUID | None, str], Texts] = defaultdict(dict)
"""By set-up and language."""


def shown(found: Sequence[Glance], staff: Staff, stamp: UUID | None) -> orjson.Fragment:
    """These events as a JSON list, in their order, as `event_shown` gives them. What changed or
    went since the glance is as it is now."""
    texts = kept[stamp, get_language() or ""] if stamp else {}
    lines = list(map(texts.get, found))
    if None in lines:
        made = written([one.key for one in found if one not in texts], staff)
        now = {one.key: text for one, text in made.items()}
        lines = [line or now.get(one.key) for one, line in zip(found, lines, strict=True)]
        keep(made, texts)
    return orjson.Fragment(b"[%b]" % b",".join(filter(None, lines)))


def written(bookings: Sequence[int], staff: Staff) -> Texts:
    events = calendars.events(calendars.of_bookings(bookings), staff)
    return {Glance(e.key, e.version, e.known): to_json(event_shown(e)) for e in events}


def keep(made: Texts, texts: Texts) -> None:
    if sum(map(len, kept.values())) + len(made) > MOST:
        kept.clear()
    texts.update(made)
