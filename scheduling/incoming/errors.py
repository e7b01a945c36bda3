"""What uploads refuse. None of it repeats a word of the file."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError

MOST_BYTES = 1_000_000
MOST_EVENTS = 5_000
LIMITS = {"megabytes": MOST_BYTES // 1_000_000, "events": MOST_EVENTS}


class UnreadableCalendar(DomainError):
    """Not iCalendar, or cut off."""

    code = "unreadable_calendar"
    sentence = _("This is not a whole calendar file. Export the calendar again, as .ics.")


class UnreadableEvent(DomainError):
    """`event` counts from one, in the order of the file."""

    code = "unreadable_event"
    sentence = _(
        "The time of event %(event)s in this file makes no sense. Mend or delete it in the other "
        "calendar and export again."
    )


class UnknownTimeZone(DomainError):
    """The file names a time zone that neither it nor anybody else explains."""

    code = "unknown_time_zone"
    sentence = _(
        "Event %(event)s in this file is in an unknown time zone. Choose a city for it in the "
        "other calendar and export again."
    )


class CalendarTooLarge(DomainError):
    """More bytes or events than are read."""

    code = "calendar_too_large"
    sentence = _(
        "The calendar is too large: at most %(megabytes)s MB and %(events)s events are read. "
        "Export a shorter period, or only the calendar you need."
    )


class TooManyRepetitions(DomainError):
    code = "too_many_repetitions"
    sentence = _(
        "The events in this file repeat more often than can be read. Export only the calendar "
        "you need, or end what repeats without end."
    )


class RuleTooFrequent(DomainError):
    code = "rule_too_frequent"
    sentence = _(
        "Event %(event)s in this file repeats every hour or more often. Only what repeats by "
        "days, weeks, months or years is read."
    )
