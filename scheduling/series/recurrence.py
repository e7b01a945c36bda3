"""Between our patterns and django-scheduler's Event and Rule: nobody else touches those.

The library expands in the zone it is asked in, reads weekdays best by name, and breaks on params
it does not know (DESIGN §3); so it is asked in Sofia, told names, and given four params only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.rrule import rrule
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from schedule.models import Calendar, Event, Occurrence, Rule

from base import clock
from people.models import Centre, User
from scheduling.models import Resource, Service
from scheduling.series.errors import ClocksChangeThen, StartOffRule

FIFTH = 5
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_TERM = timedelta(days=366)
CLOCKS_CHANGE = (time(3), time(4))
"""Between these hours a night in March has no time and one in October has it twice."""


class Freq(TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every month")


@dataclass(frozen=True)
class Pattern:
    """Which days, counted from a first one that is among them.

    `weekdays` (0 is Monday) are several at most for a weekly pattern; a monthly one has one of
    them with `nth`, its place among those of the month (-1 the last), or falls on the first day's
    date. Months without that date are passed over (RFC 5545 3.3.10).
    """

    freq: Freq
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None

    def includes(self, day: date) -> bool:
        """Whether a series of this pattern may begin on that day."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        return self.nth is None or self.nth in places_in_month(day)

    def params(self, first: date) -> str:
        """For schedule.Rule. Weekdays by name: of numbers the library keeps one."""
        told: dict[str, object] = {"interval": self.interval}
        if self.weekdays:
            told["byweekday"] = ",".join(WEEKDAYS[day] for day in self.weekdays)
        if self.nth is not None:
            told["bysetpos"] = self.nth
        elif self.freq == Freq.MONTHLY:
            told["bymonthday"] = first.day
        return ";".join(f"{name}:{value}" for name, value in told.items())

    def begun_on(self, day: date) -> "Pattern":
        """The same rhythm from another day on: an only weekday, or a place in the month, becomes
        that day's; a fifth one, which few months have, is their last. Raises StartOffRule where
        several weekdays leave it open."""
        if self.includes(day):
            return self
        if len(self.weekdays) > 1:
            raise StartOffRule
        places = [place for place in places_in_month(day) if place != FIFTH]
        nth = self.nth if self.nth in (None, *places) else places[0]
        return Pattern(self.freq, self.interval, (day.weekday(),), nth)

    def beats_like(self, other: "Pattern") -> bool:
        """Whether it has as many dates in as long a time."""
        mine, others = (
            (one.freq, one.interval, len(one.weekdays), one.nth is None) for one in (self, other)
        )
        return mine == others

    def period(self, day: date) -> tuple[int, ...]:
        """The day, week or month in which a date counts as the first, second and so on."""
        if self.freq == Freq.MONTHLY:
            return day.year, day.month
        return tuple(day.isocalendar())[:2] if self.freq == Freq.WEEKLY else (day.toordinal(),)


def places_in_month(day: date) -> list[int]:
    """Its place among the same weekdays of its month, and -1 if it is the last."""
    is_last = (day + timedelta(days=7)).month != day.month
    return [(day.day - 1) // 7 + 1, *([-1] if is_last else [])]


def pattern_of(rule: Rule) -> Pattern:
    """What `Pattern.params` said."""
    told = dict(param.split(":") for param in rule.params.split(";"))
    names = told.get("byweekday", "")
    return Pattern(
        Freq(rule.frequency.lower()),
        int(told["interval"]),
        tuple(WEEKDAYS.index(name) for name in names.split(",") if name),
        int(told["bysetpos"]) if "bysetpos" in told else None,
    )


def new_event(
    pattern: Pattern, starts_at: datetime, service: Service, *, until: date, by: User
) -> Event:
    """Sessions of a service. Raises what `event_of` does."""
    ends_at = starts_at + service.duration
    return event_of(pattern, starts_at, ends_at, title=service.initials, until=until, by=by)


def event_of(
    pattern: Pattern, starts_at: datetime, ends_at: datetime, *, title: str, until: date, by: User
) -> Event:
    """An event of at most LONGEST_TERM, not yet saved, nor its rule.

    Raises StartOffRule, and ClocksChangeThen for an hour that some nights do not have.
    """
    first = clock.local(starts_at)
    if not pattern.includes(first.date()):
        raise StartOffRule
    if CLOCKS_CHANGE[0] <= first.time() < CLOCKS_CHANGE[1]:
        raise ClocksChangeThen
    params = pattern.params(first.date())
    rule = Rule(name=pattern.freq.value, frequency=pattern.freq.name, params=params)
    return Event(
        start=starts_at,
        end=ends_at,
        title=title,
        creator=by,
        rule=rule,
        end_recurring_period=end_of(min(until, first.date() + LONGEST_TERM)),
    )


def save_event(event: Event, whose: Resource | Centre) -> None:
    """Into the lead's calendar, or the house's; rules are shared."""
    known = Rule.objects.filter(frequency=event.rule.frequency, params=event.rule.params).first()
    if known is None:
        event.rule.save()
    event.rule = known or event.rule
    event.calendar = calendar_of(whose)
    event.save()


def calendar_of(whose: Resource | Centre) -> Calendar:
    """Made with its first series, and named by the owner's id: a Cyrillic name makes no slug, and
    nobody's name is needed."""
    named = str(whose.public_id)
    calendar, _ = Calendar.objects.get_or_create(slug=named, defaults={"name": named})
    return calendar


def link_calendar(resource: Resource, calendar: Calendar) -> None:
    """Under the resource's lock."""
    if resource.calendar_id is None:
        Resource.objects.filter(pk=resource.pk).update(calendar=calendar)


def end_of(day: date) -> datetime:
    """When a series ends whose last day this is. The library takes its end as exclusive in one
    method and as inclusive in another; no date begins in a day's last second."""
    return clock.midnight(day + timedelta(days=1)) - timedelta(seconds=1)


def last_day(event: Event) -> date:
    return clock.local(event.end_recurring_period).date()


def end_event(event: Event, last: date) -> None:
    """Let it end with that day; before its first, it has no date at all."""
    if last_day(event) != last:
        event.end_recurring_period = end_of(last)
        event.save(update_fields=["end_recurring_period"])


def starts(event: Event) -> list[datetime]:
    """Every start its rule gives, in order, moved and cancelled ones too."""
    return [instant_of(wall_clock) for wall_clock in expansion(event)]


def starts_until(event: Event, until: datetime) -> list[datetime]:
    """Every start its rule gives or would give, up to an instant that is included."""
    last = clock.local(until).replace(tzinfo=None)
    return [instant_of(wall_clock) for wall_clock in expansion(event).replace(until=last)]


def start_after(event: Event, day: date) -> datetime:
    """The first start its rule would give after that day, whenever it ends."""
    endless = expansion(event).replace(until=None)
    found = endless.after(datetime.combine(day, time.max))
    assert found is not None  # four years hold every date there is, and a day of each month
    return instant_of(found)


def expansion(event: Event) -> rrule:
    """In Sofia, whatever zone the caller is in: 10:00 stays 10:00 over the change of clocks."""
    rule: rrule = event.get_rrule_object(clock.SOFIA)
    return rule


def instant_of(wall_clock: datetime) -> datetime:
    return clock.instant(wall_clock.date(), wall_clock.time())


def occurrences(event: Event, begins: datetime, ends: datetime) -> list[Occurrence]:
    """What django-scheduler makes of the event and its occurrences within `[begins, ends)`."""
    found = event.get_occurrences(begins.astimezone(clock.SOFIA), ends.astimezone(clock.SOFIA))
    return [
        occurrence
        for occurrence in found
        # It returns cancelled ones, and moved ones that end as the interval begins.
        if not occurrence.cancelled and occurrence.start < ends and begins < occurrence.end
    ]


def dates_within(events: Iterable[Event], begins: datetime, ends: datetime) -> "list[Date]":
    """Every date that a rule gives within `[begins, ends)`, or that was moved into it, with what
    became of it, in order of time. One query, however many events; none lasts past midnight."""
    by_id = {event.pk: event for event in events}
    recorded = {
        (one.event_id, one.original_start): one
        for one in Occurrence.objects.filter(event__in=by_id)
    }
    first, last = (clock.local(at).replace(tzinfo=None) for at in (begins, ends))
    found = []
    for event in by_id.values():
        for wall_clock in expansion(event).between(first, last, inc=True):
            starts_at = instant_of(wall_clock)
            one = recorded.pop((event.pk, starts_at), None)
            if one is not None:
                found.append(Date.of(event, one))
            elif starts_at < ends:
                found.append(Date.ruled(event, starts_at))
    elsewhere = [one for one in recorded.values() if begins <= one.start < ends]
    found += [Date.of(by_id[one.event_id], one) for one in elsewhere if not one.cancelled]
    return sorted(found, key=lambda one: one.starts_at)


def forget_moves(events: Iterable[Event], since: datetime) -> None:
    """Of dates from then on that are another event's now. The library would go on returning those
    that had been moved, whatever the end of the event."""
    Occurrence.objects.filter(
        event__in=list(events), original_start__gte=since, cancelled=False
    ).delete()


def left_out(events: Iterable[Event]) -> dict[tuple[int, datetime], str]:
    """Their dates that do not stand, by event and start: why each was skipped, or nothing for one
    that was cancelled."""
    found = Occurrence.objects.filter(event__in=list(events), cancelled=True)
    return {
        (one.event_id, one.original_start): "" if one.title == CANCELLED else one.title
        for one in found
    }


CANCELLED, MOVED = "cancelled", "moved"
"""Titles of occurrences; of one that was skipped it is the code of why."""

TAKEN_BACK = "taken back"
"""Of a date that went with its series' end, or with the change that had made it. Should the rule
give it again, nothing has been decided about it."""

LEFT_OUT = "left_out"
"""Of a date that whoever made the series did not want."""


class Date(NamedTuple):
    """What became of a date that the event's rule gives: its `[starts_at, ends_at)`, whether it
    stands, and for one that was skipped the code of why."""

    event: Event
    original_start: datetime
    starts_at: datetime
    ends_at: datetime
    stands: bool
    why: str = ""
    is_resized: bool = False
    """Longer or shorter than its rule says; of a booking its service tells."""

    @classmethod
    def ruled(cls, event: Event, starts_at: datetime) -> "Date":
        """As the rule says: it ends by the wall clock too."""
        last = clock.local(event.end)
        ends_at = clock.instant(clock.local(starts_at).date(), last.time())
        return cls(event, starts_at, starts_at, ends_at, True)

    @classmethod
    def of(cls, event: Event, one: Occurrence) -> "Date":
        is_resized = one.end - one.start != one.original_end - one.original_start
        stands = not one.cancelled
        return cls(
            event, one.original_start, one.start, one.end, stands, is_resized=is_resized and stands
        )

    @property
    def on(self) -> date:
        """The day that its rule gives it."""
        return clock.local(self.original_start).date()

    @property
    def is_as_ruled(self) -> bool:
        return self.stands and self.starts_at == self.original_start and not self.is_resized

    def as_ruled(self) -> "Date":
        return self.ruled(self.event, self.original_start)

    def moved(self, starts_at: datetime, ends_at: datetime) -> "Date":
        is_resized = ends_at != self.as_ruled().ends_at
        return self._replace(
            starts_at=starts_at, ends_at=ends_at, stands=True, is_resized=is_resized
        )


def keep_occurrences(dates: Sequence[Date]) -> None:
    """Record the dates that stand elsewhere than their rule says, or not at all, in place of what
    was recorded of them."""
    for event in {one.event for one in dates}:
        starts_of_it = [one.original_start for one in dates if one.event == event]
        Occurrence.objects.filter(event=event, original_start__in=starts_of_it).delete()
    Occurrence.objects.bulk_create(
        Occurrence(
            event=one.event,
            original_start=one.original_start,
            original_end=one.original_start + (one.event.end - one.event.start),
            start=one.starts_at,
            end=one.ends_at,
            cancelled=not one.stands,
            # An empty one would become the event's.
            title=one.why or (CANCELLED if not one.stands else MOVED),
        )
        for one in dates
        if not one.is_as_ruled
    )
