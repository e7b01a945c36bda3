"""The rules of series again, in plain lists and as naively as possible.

A second opinion for the tests, as tests/scheduling/model.py is for single bookings: no code of
the program is used, and nothing is clever or fast. All times are what the clock on the wall in
Sofia shows, without any zone. A session lasts fifty minutes, and its specialist writes for ten
more. Where the rules do not lay down which of several reasons to refuse comes first, `Refused`
names them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HORIZON = 120
LONGEST = 366
UNDOABLE = 10 * MINUTE

Holding = tuple[int, datetime, datetime]


class Refused(Exception):
    def __init__(self, *codes: str):
        super().__init__(*codes)
        self.codes = set(codes)


@dataclass(frozen=True)
class Pattern:
    freq: str  # "daily" | "weekly" | "monthly"
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None

    def gives(self, first: date, day: date) -> bool:
        if self.freq == "daily":
            return (day - first).days % self.interval == 0
        if self.freq == "weekly":
            weeks = (monday(day) - monday(first)).days // 7
            return weeks % self.interval == 0 and day.weekday() in self.weekdays
        months = 12 * (day.year - first.year) + day.month - first.month
        if months % self.interval:
            return False
        if self.nth is None:
            return day.day == first.day
        return day.weekday() in self.weekdays and self.nth in places(day)

    def moved_to(self, day: date) -> Pattern:
        """The same rhythm, begun on another day."""
        if self.nth is not None:
            usual = [place for place in places(day) if place != 5]
            nth = self.nth if self.nth in usual else usual[0]
            return replace(self, weekdays=(day.weekday(),), nth=nth)
        if len(self.weekdays) == 1:
            return replace(self, weekdays=(day.weekday(),))
        return self

    def beats_like(self, other: Pattern) -> bool:
        return (self.freq, self.interval, len(self.weekdays)) == (
            other.freq,
            other.interval,
            len(other.weekdays),
        )


def monday(day: date) -> date:
    return day - day.weekday() * DAY


def places(day: date) -> list[int]:
    """Its place among the same weekdays of its month; the last is the -1st too."""
    last = (day + 7 * DAY).month != day.month
    return [(day.day - 1) // 7 + 1] + ([-1] if last else [])


@dataclass(eq=False)
class Term:
    """One rule from its first start to its last day (None: nobody has said)."""

    pattern: Pattern
    first: datetime
    last: date | None
    lead: int
    room: int | None = None

    def starts(self, until: date) -> Iterator[datetime]:
        """Until a day, itself included."""
        end = until if self.last is None else min(self.last, until)
        for n in range((end - self.first.date()).days + 1):
            day = self.first.date() + n * DAY
            if self.pattern.gives(self.first.date(), day):
                yield datetime.combine(day, self.first.time())


@dataclass(eq=False)
class Date:
    """What became of one start that a rule gives."""

    original: datetime
    start: datetime  # where it stands, or stood when it was cancelled
    term: Term
    lead: int
    state: str = "stands"  # "stands" | "cancelled" | "skipped"
    why: str = ""
    is_closed: bool = False
    booking: int | None = None  # the program's
    room: int | None = None  # the one that the program chose
    wants: int | None = None  # another one than its rule's, for a change of it alone

    def is_cancelled(self) -> bool:
        return self.state == "cancelled"

    def is_moved(self) -> bool:
        return self.start != self.original


@dataclass
class Series:
    person: int
    is_open: bool
    dates: list[Date] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    hidden: list[Date] = field(default_factory=list)
    """Cancelled alone before its rule was ended: so it stands again when that rule goes on."""

    before: Series | None = None  # how it stood before the last change
    changed_at: datetime | None = None

    def sorted(self) -> list[Date]:
        return sorted(self.dates, key=lambda one: one.original)


@dataclass
class Single:
    """A booking of no series, or a block."""

    holdings: list[Holding]


class World:
    def __init__(self, now: datetime, rooms: Collection[int], closed: Iterable[date]):
        self.now = now
        self.rooms = list(rooms)
        self.closed = set(closed)
        self.series: list[Series] = []
        self.singles: list[Single] = []

    # Facts

    def horizon(self) -> date:
        return self.now.date() + HORIZON * DAY

    def is_ahead(self, one: Date) -> bool:
        return one.start > self.now and not one.is_closed

    def held(self, without: Collection[Date] = ()) -> list[Holding]:
        """By everybody, but for some dates."""
        holdings = [h for single in self.singles for h in single.holdings]
        for series in self.series:
            for one in series.dates:
                if one.state == "stands" and one not in without:
                    holdings += holdings_of(one, series.person)
        return holdings

    def why_not(
        self, start: datetime, lead: int, person: int, room: int | None, held: list[Holding]
    ) -> str | None:
        """Monday to Saturday from nine to five, on days that are not closed."""
        if start <= self.now:
            return "past_start"
        if start.date() > self.now.date() + LONGEST * DAY:
            return "too_far_ahead"
        if start.date() in self.closed:
            return "closed"
        end = start + 50 * MINUTE
        if start.weekday() == 6 or start.time() < time(9) or end.time() > time(17):
            return "outside_availability"
        wanted = [(lead, start, start + 60 * MINUTE), (person, start, end)]
        rooms = [(one, start, end) for one in self.rooms if room in (None, one)]
        if any(clash(one, held) for one in wanted) or all(clash(one, held) for one in rooms):
            return "resource_unavailable"
        return None

    def decide(
        self, series: Series, wanted: list[Date], without: Collection[Date], *, skipping: bool
    ) -> None:
        """Let dates stand, or be skipped; raise if that will not do."""
        held = self.held(without)
        codes = set()
        # What somebody moved by hand stays; another date must do without its hour.
        for one in sorted(wanted, key=lambda one: not one.is_moved()):
            room = one.wants or one.term.room
            why = self.why_not(one.start, one.lead, series.person, room, held)
            one.wants = None
            if why is None:
                one.state = "stands"
                # Rooms are as good as one another: only one date at a time wants one.
                held += [h for h in holdings_of(one, series.person) if h[0] not in self.rooms]
                continue
            one.state, one.why = "skipped", why
            one.start = one.original
            one.booking = None
            codes.add(why)
        none = bool(wanted) and all(one.state == "skipped" for one in wanted)
        if not skipping and (none or codes - {"closed"}):
            raise Refused(*codes)

    # Commands

    def create(
        self, *, lead: int, person: int, pattern: Pattern, first: datetime,
        until: date | None, count: int | None, skipping: bool,
    ) -> Series:  # fmt: skip
        self.check_first(pattern, first)
        term = Term(pattern, first, until, lead)
        series = Series(person, is_open=until is None and count is None)
        if count is not None:
            term.last = nth_start(term, count).date()
        if term.last is not None:
            self.check_length(term)
        dates = [new_date(term, s) for s in self.due(series, term)]
        self.decide(series, dates, (), skipping=skipping)
        if not any(one.state == "stands" for one in dates):
            raise Refused(*(one.why for one in dates))
        series.before = Series(person, is_open=False)
        series.changed_at = self.now
        series.dates, series.terms = dates, [term]
        self.series.append(series)
        return series

    def check_first(self, pattern: Pattern, first: datetime, last: date | None = None) -> None:
        codes = []
        if first <= self.now:
            codes.append("past_start")
        if not pattern.gives(first.date(), first.date()):
            codes.append("start_off_rule")
        if first.hour == 3:
            codes.append("clocks_change_then")
        if last is not None and last < first.date():
            codes.append("ends_before_it_begins")
        if codes:
            raise Refused(*codes)

    def check_length(self, term: Term) -> None:
        too_long = (term.last - term.first.date()).days > LONGEST
        dates = list(term.starts(term.last))
        too_far = not dates or (dates[-1].date() - self.now.date()).days > LONGEST
        if too_long or too_far:
            raise Refused("series_too_long", "too_far_ahead", "ends_before_it_begins")

    def due(self, series: Series, term: Term) -> list[datetime]:
        return list(term.starts(self.horizon() if series.is_open else term.last or date.max))

    def move(self, series: Series, one: Date, start: datetime) -> None:
        why = self.why_not(start, one.lead, series.person, None, self.held([one]))
        self.check_step(one, why)
        self.remember(series)
        one.start = start

    def cancel(self, series: Series, one: Date) -> None:
        self.check_step(one)
        self.remember(series)
        one.state = "cancelled"

    def check_step(self, one: Date, *reasons: str | None) -> None:
        codes = [why for why in reasons if why is not None]
        if one.state != "stands" or one.is_closed:
            codes.append("wrong_status")
        if one.start <= self.now:
            codes.append("already_begun")
        if codes:
            raise Refused(*codes)

    def restore(self, series: Series, one: Date, start: datetime | None) -> None:
        if one.state == "stands" or not self.is_ahead(one):
            raise Refused("not_a_date")
        where = start or one.start
        lead = one.lead if one.state == "cancelled" else one.term.lead
        why = self.why_not(where, lead, series.person, one.term.room, self.held([one]))
        if why is not None:
            raise Refused(why)
        self.remember(series)
        one.start, one.lead, one.state, one.why = where, lead, "stands", ""

    def outcome(self, one: Date) -> None:
        if one.state != "stands":
            raise Refused("wrong_status")
        if one.start > self.now:
            raise Refused("too_early")
        one.is_closed = True

    def ahead(self, series: Series, since: datetime | None) -> list[Date]:
        """With those among them that were moved forward and are over: they had their turn."""
        ahead = [one for one in series.sorted() if self.is_ahead(one)]
        if since is not None:
            ahead = [one for one in ahead if one.original >= since]
            if not ahead or ahead[0].original != since:
                raise Refused("not_a_date", "series_over")
        if not ahead:
            raise Refused("series_over")
        coming = [one.original for one in ahead if one.original > self.now]
        return [
            one
            for one in series.sorted()
            if one in ahead or (coming and one.original > min(coming))
        ]

    def turning(self, ahead: list[Date]) -> date:
        """From this day on their rule gives no dates any more."""
        coming = [one.original.date() for one in ahead if one.original > self.now]
        return min(coming, default=self.now.date() + DAY)

    def is_past(self, one: Date) -> bool:
        """Nothing takes it from the list any more: it is over, or was cancelled though its rule
        had it before now."""
        return not self.is_ahead(one) or (one.is_cancelled() and one.original <= self.now)

    def split(
        self, series: Series, *, since: datetime | None, start: datetime | None,
        lead: int | None, room: int | None, pattern: Pattern | None, until: date | None,
        skipping: bool,
    ) -> None:  # fmt: skip
        moved_on, ahead = self.told_apart(self.ahead(series, since))
        old = ahead[0].term
        first = start or ahead[0].original
        rhythm = pattern or old.pattern.moved_to(first.date())
        term = Term(rhythm, first, until, lead or old.lead, room or old.room)
        alike = rhythm.beats_like(old.pattern)
        is_open = series.is_open and until is None
        if until is None and not alike:
            term.last = going_on(series).last
        self.check_first(rhythm, first, last=term.last)
        if until is None and alike:
            starts = self.as_many(term, len(ahead), is_open=is_open)
        else:
            starts = list(term.starts(self.horizon() if is_open else term.last or date.max))
        if not starts:
            raise Refused("too_far_ahead", "ends_before_it_begins")
        if term.last is not None:
            self.check_length(term)

        matched = in_order(ahead, starts) if alike else by_period(ahead, starts, old, rhythm)
        changes = [(one, self.became(one, original, term)) for one, original in matched]
        changes += [(one, replace(one, lead=lead or one.lead, wants=room)) for one in moved_on]
        unsettled = [(one, new) for one, new in changes if not self.stays(one, new, room)]
        wanted = [new for _, new in unsettled if new and new.state == "stands"]
        freed = [one for one, _ in unsettled if one]
        self.decide(series, wanted, freed, skipping=skipping)
        if wanted and all(one.state == "skipped" for one in wanted):
            raise Refused(*(one.why for one in wanted))
        self.remember(series)
        let_go = [one for one, _ in changes]
        series.dates = [one for one in series.dates if one not in let_go]
        series.dates += [new for _, new in changes if new]
        series.hidden += [one for one, new in changes if one and not new and one.is_cancelled()]
        end_before(series, first=ahead[0].original.date())
        series.terms.append(term)
        series.is_open = is_open

    def told_apart(self, ahead: list[Date]) -> tuple[list[Date], list[Date]]:
        """Those that their rule had before now stay its dates: another rule has the others."""
        moved_on = [one for one in ahead if one.original <= self.now]
        coming = [one for one in ahead if one.original > self.now]
        if not coming:
            raise Refused("series_over")
        return [one for one in moved_on if one.state == "stands"], coming

    def as_many(self, term: Term, n: int, *, is_open: bool) -> list[datetime]:
        """No date is lost; and an open series is booked as far as the horizon."""
        starts = [nth_start(term, k + 1) for k in range(n)]
        if is_open:
            return max(starts, list(term.starts(self.horizon())), key=len)
        term.last = starts[-1].date()
        return starts

    def became(self, one: Date | None, original: datetime | None, term: Term) -> Date | None:
        """What a date becomes when a rule's start takes the place of the one it had."""
        if original is None:
            return one if one and self.is_past(one) else None
        if one is None:
            return new_date(term, original)
        if not self.is_ahead(one):
            return replace(one, original=original, term=term)
        return followed(one, original, term)

    def stays(self, one: Date | None, new: Date | None, room: int | None) -> bool:
        """Whether nothing need be asked."""
        return bool(one and new) and (not self.is_ahead(one) or is_there(one, new, room))

    def end(self, series: Series, since: datetime | None) -> None:
        ahead = self.ahead(series, since)
        self.remember(series)
        gone = [one for one in ahead if not self.is_past(one)]
        series.dates = [one for one in series.dates if one not in gone]
        series.hidden += [one for one in gone if one.is_cancelled()]
        end_before(series, first=self.turning(ahead))
        series.is_open = False

    def extend(self, series: Series, until: date | None, *, skipping: bool) -> None:
        term = going_on(series)
        if until is not None and until <= booked_to(series):
            raise Refused("ends_sooner", "ends_before_it_begins")
        if until is not None and until > self.now.date() + LONGEST * DAY:
            raise Refused("series_too_long", "too_far_ahead")
        if until is not None and until < max(term.first.date(), self.now.date()):
            raise Refused("ends_before_it_begins")
        longer = replace(term, last=until)
        end = self.horizon() if until is None else until
        given = set(longer.starts(until or term.first.date() + LONGEST * DAY))
        back = [one for one in series.hidden if one.term is term and one.original in given]
        alone = {one.original for one in back}
        dates = [new_date(term, start) for start in longer.starts(end) if start not in alone]
        dates = [one for one in dates if self.is_undecided(series, one)]
        self.decide(series, dates, (), skipping=skipping)
        self.remember(series)
        series.dates += back
        series.hidden = [one for one in series.hidden if one not in back]
        beyond = [one for one in series.dates if one.term is term and until_is_before(until, one)]
        series.dates = [one for one in series.dates if one not in beyond]
        series.hidden += [one for one in beyond if one.is_cancelled()]
        term.last = until
        series.is_open = until is None
        series.dates += dates

    def roll(self) -> None:
        for series in self.series:
            if series.is_open:
                term = going_on(series)
                dates = [new_date(term, start) for start in term.starts(self.horizon())]
                dates = [one for one in dates if self.is_undecided(series, one)]
                self.decide(series, dates, (), skipping=True)
                series.dates += dates

    def is_undecided(self, series: Series, new: Date) -> bool:
        known = {one.original for one in series.dates if one.term is new.term}
        return new.start > self.now and new.original not in known

    # Commands of others

    def book(self, start: datetime, lead: int, person: int) -> None:
        why = self.why_not(start, lead, person, None, self.held())
        if why is not None:
            raise Refused(why)

    def block(self, holding: Holding) -> None:
        if holding[2] <= self.now:
            raise Refused("past_start")
        if clash(holding, self.held()):
            raise Refused("resource_unavailable")
        self.singles.append(Single([holding]))

    # Undoing

    def remember(self, series: Series) -> None:
        series.before = None
        series.before = deepcopy(series)
        series.changed_at = self.now

    def undo(self, series: Series) -> None:
        before = series.before
        if before is None or self.now > series.changed_at + UNDOABLE:
            raise Refused("nothing_to_undo")
        touched = [one for one in series.dates if not is_among(one, before.dates)]
        held = self.held(touched)
        for one in before.dates:
            if one.state == "stands" and not is_among(one, series.dates):
                mine = holdings_of(one, series.person)
                if self.is_taken(mine, held):
                    raise Refused("time_taken_since")
        series.dates, series.terms = before.dates, before.terms
        series.is_open, series.before = before.is_open, None

    def is_taken(self, wanted: list[Holding], held: list[Holding]) -> bool:
        fixed = [one for one in wanted if one[0] not in self.rooms]
        [(_, start, end)] = [one for one in wanted if one[0] in self.rooms]
        return any(clash(one, held) for one in fixed) or all(
            clash((room, start, end), held) for room in self.rooms
        )


def holdings_of(one: Date, person: int) -> list[Holding]:
    end = one.start + 50 * MINUTE
    room = [(one.room, one.start, end)] if one.room is not None else []
    return [(one.lead, one.start, end + 10 * MINUTE), (person, one.start, end), *room]


def clash(wanted: Holding, held: list[Holding]) -> bool:
    who, start, end = wanted
    return any(who == other and start < until and begins < end for other, begins, until in held)


def new_date(term: Term, start: datetime) -> Date:
    return Date(start, start, term, term.lead)


def nth_start(term: Term, n: int) -> datetime:
    """The nth that the rule gives, however far; a rule that has fewer in ten years has none."""
    endless = replace(term, last=None)
    found = list(endless.starts(term.first.date() + 3660 * DAY))[:n]
    if len(found) < n:
        raise Refused("series_too_long")
    return found[-1]


def in_order(
    dates: list[Date], starts: list[datetime]
) -> list[tuple[Date | None, datetime | None]]:
    return list(zip_longest(dates, starts))


def by_period(
    dates: list[Date], starts: list[datetime], old: Term, rhythm: Pattern
) -> list[tuple[Date | None, datetime | None]]:
    freqs = {old.pattern.freq, rhythm.freq}

    def period(instant: datetime) -> date:
        if "monthly" in freqs:
            return instant.date().replace(day=1)
        return instant.date() if freqs == {"daily"} else monday(instant.date())

    pairs: list[tuple[Date | None, datetime | None]] = []
    for one in sorted({period(d.original) for d in dates} | {period(s) for s in starts}):
        pairs += zip_longest(
            [d for d in dates if period(d.original) == one],
            [s for s in starts if period(s) == one],
        )
    return pairs


def followed(one: Date, original: datetime, term: Term) -> Date:
    """A date ahead that is another start's now."""
    became = replace(one, original=original, term=term, wants=None)
    if one.state == "skipped":
        was = one.original, one.term.lead, one.term.room
        return became if was == (original, term.lead, term.room) else new_date(term, original)
    if one.state == "stands":
        became.lead = term.lead
        became.start = one.start if one.is_moved() else original
    return became


def is_there(one: Date, became: Date, room: int | None) -> bool:
    """Whether it is all the same but for its rule."""
    return (one.state, one.start, one.lead, one.room) == (
        became.state,
        became.start,
        became.lead,
        room or one.room,
    )


def until_is_before(until: date | None, one: Date) -> bool:
    return until is not None and until < one.original.date()


def going_on(series: Series) -> Term:
    """The last of its rules that gives a date; of those that give none any more the newest."""
    giving = [one for one in series.terms if one.last is None or one.last >= one.first.date()]
    return max(giving, key=lambda one: one.first) if giving else series.terms[-1]


def booked_to(series: Series) -> date:
    """Its last day, or the last on which something stands while it is open."""
    last = going_on(series).last
    standing = [one.original for one in series.sorted() if one.state == "stands"]
    return last if last is not None else standing[-1].date() if standing else date.min


def end_before(series: Series, *, first: date) -> None:
    """None of its rules gives a date any more from that day on."""
    for term in series.terms:
        term.last = first - DAY if term.last is None else min(term.last, first - DAY)


def is_among(one: Date, dates: list[Date]) -> bool:
    return any(
        (one.booking, one.original, one.start, one.lead, one.state)
        == (other.booking, other.original, other.start, other.lead, other.state)
        for other in dates
    )
