"""The text of a feed, apart from the database: what the program makes of marks and events, beside
joining ready-made strings and beside icalendar."""

import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter
from unittest.mock import patch
from uuid import UUID

from icalendar import Calendar, Event

from base.clock import local
from scheduling import feed_events, feed_texts, ical
from scheduling.feed_events import (
    CONFIRMED,
    DISCREET,
    LEVEL_BIT,
    PAGE,
    STATE_BIT,
    VERSION_BIT,
    FeedEvent,
)
from scheduling.feeds import Subscription
from scheduling.models import Feed
from scheduling.texts import Keeper
from tests.bench import world
from tests.bench.measuring import Subject

EVENTS, CROWD = 10_000, 100_000
STAMP = UUID(int=9)
FOUND = Subscription(
    1, 1, (), Feed.Detail.DISCREET, 1, None, None, False, None, world.NOW, STAMP, ""
)


class Task(Subject):
    """Something done in this process."""

    def __init__(self, do: Callable[[], object], before: Callable[[], object] = list) -> None:
        super().__init__()
        self.do = do
        self.before = before

    def visit(self, times: int) -> list[float]:
        taken = []
        for _ in range(times):
            self.before()
            begun = perf_counter()
            self.do()
            taken.append(perf_counter() - begun)
        return taken


def subjects() -> dict[tuple[str, str], Subject]:
    """The same 10,000 events four ways; they must be used within `ready`."""
    pages = list(paged(EVENTS))
    ready = [[ical.vevent(event_of(mark)) for mark in page] for page in pages]
    calendar = by_icalendar(EVENTS)
    tell = lambda: [feed_texts.joined(page, FOUND, keeps=True) for page in pages]  # noqa: E731
    tell()
    made = {
        "strings joined": Task(lambda: [b"".join(page) for page in ready]),
        "text warm": Task(tell, before=tell),
        "text cold": Task(tell, before=feed_texts.keeper.kept.clear),
        "to_ical": Task(calendar.to_ical),
    }
    return {(name, "large"): subject for name, subject in made.items()}


@contextmanager
def ready() -> Iterator[None]:
    """Events at hand, as if the database had told them."""
    with (
        patch.object(feed_events, "hours", events_of),
        patch.object(feed_texts, "keeper", Keeper(most=20_000)),
    ):
        yield


def written_after_a_change() -> int:
    """How many events of 10,000 are written anew when one of them has changed."""
    pages = list(paged(EVENTS))
    for page in pages:
        feed_texts.joined(page, FOUND, keeps=True)
    pages[7][7] += 1 << VERSION_BIT
    with patch.object(ical, "vevent", wraps=ical.vevent) as write:
        for page in pages:
            feed_texts.joined(page, FOUND, keeps=True)
    return write.call_count


def megabytes_of_a_crowd() -> float:
    """What telling 100,000 events takes at most beside what was there before."""
    with patch.object(feed_events, "marks", lambda _: paged(CROWD)):
        tracemalloc.start()
        for _piece in feed_texts.Text(FOUND):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return most / 1e6


def paged(number: int) -> Iterator[list[int]]:
    for first in range(0, number, PAGE):
        yield [mark_of(n) for n in range(first, min(first + PAGE, number))]


def mark_of(number: int) -> int:
    return number | 3 << VERSION_BIT | CONFIRMED << STATE_BIT | DISCREET << LEVEL_BIT


def events_of(marks: Sequence[int], *, at: object) -> Mapping[int, FeedEvent]:
    return {mark: event_of(mark) for mark in marks}


def event_of(mark: int) -> FeedEvent:
    number = feed_events.booking_of(mark)
    starts_at = world.NOW + number * timedelta(minutes=5)
    uid = str(world.public_id("event", number))
    ends_at = starts_at + world.SESSION
    return FeedEvent(uid, 3, CONFIRMED, starts_at, ends_at, "ПсК", world.NOW)


def by_icalendar(number: int) -> Calendar:
    made = ical.new_calendar()
    for page in paged(number):
        for mark in page:
            made.add_component(component(event_of(mark)))
    return made


def component(event: FeedEvent) -> Event:
    made = Event()
    made.add("uid", f"{event.uid}@pristan")
    made.add("sequence", event.sequence)
    made.add("dtstamp", event.changed_at)
    made.add("dtstart", local(event.starts_at))
    made.add("dtend", local(event.ends_at))
    made.add("summary", event.title)
    made.add("class", "PRIVATE")
    made.add("status", "CONFIRMED")
    made.add("transp", "OPAQUE")
    return made
