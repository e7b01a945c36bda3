"""The text of a feed, in pieces; that of each event is made once (scheduling.texts)."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from operator import itemgetter

from django.utils.translation import override

from scheduling import feed_events, ical
from scheduling.feeds import Subscription
from scheduling.texts import Keeper

MOST_OF_ONE = 12_000
"""Of a greater feed the rest is written anew each time: it is not worth the others' places."""

keeper = Keeper[int](most=20_000)
"""By mark; of some 300 bytes each."""

HOURS = "hours"


class Text:
    """The pieces of a feed. The first is read at once: what breaks then is an error, and not half
    an answer."""

    def __init__(self, found: Subscription) -> None:
        self.rest = nights(found) if found.is_unit else hours(found)
        self.first = next(self.rest)

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        yield from self.rest

    def close(self) -> None:
        self.rest.close()


Pieces = Generator[bytes, None, None]


def hours(found: Subscription) -> Pieces:
    piece, told = ical.head(), 0
    for marks in feed_events.marks(found):
        told += len(marks)
        yield piece + joined(marks, found, keeps=told <= MOST_OF_ONE)
        piece = b""
    yield piece + ical.TAIL


def nights(found: Subscription) -> Pieces:
    with override("bg"):
        events = b"".join(map(ical.vevent, feed_events.nights(found)))
    yield ical.head() + events + ical.TAIL


def joined(marks: Sequence[int], found: Subscription, *, keeps: bool) -> bytes:
    """The texts of these marks, in their order. What has changed since is as it is now; what went
    is left out."""
    texts = keeper.under(found.stamp, HOURS)
    try:
        return b"".join(itemgetter(*marks, marks[0])(texts)[:-1])
    except KeyError:
        made = written([mark for mark in marks if mark not in texts], found)
    now = {feed_events.booking_of(mark): text for mark, text in made.items()}
    lines = [texts.get(mark) or now.get(feed_events.booking_of(mark), b"") for mark in marks]
    if keeps:
        keeper.keep(made, found.stamp, HOURS)
    return b"".join(lines)


def written(marks: Sequence[int], found: Subscription) -> Mapping[int, bytes]:
    with override("bg"):
        events = feed_events.hours(marks, at=found.asked_at)
        return {mark: ical.vevent(event) for mark, event in events.items()}
