"""What series refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class StartOffRule(DomainError):
    """The first date is none of the days of the rule."""

    code = "start_off_rule"
    sentence = _("The first date is not one of the days on which this repeats. Choose another.")


class ClocksChangeThen(DomainError):
    code = "clocks_change_then"
    sentence = _(
        "Between 03:00 and 04:00 the clocks change twice a year. Choose another hour to repeat."
    )


class SeriesTooLong(DomainError):
    code = "series_too_long"
    sentence = _("A series lasts at most a year and has at most %(dates)s dates.")


class SeriesOver(DomainError):
    """There is no date ahead that could be changed."""

    code = "series_over"
    sentence = _("This series has no date ahead any more.")


class EndsBeforeItBegins(DomainError):
    code = "ends_before_it_begins"
    sentence = _("The last day is before the first date. Choose a later one.")


class EndsSooner(DomainError):
    """It is booked beyond the day until which it should be extended."""

    code = "ends_sooner"
    sentence = _("It is booked beyond that day already. End it from a date on instead.")


class NotADate(DomainError):
    code = "not_a_date"
    sentence = _("This series has no such date ahead.")


class NothingToUndo(DomainError):
    code = "nothing_to_undo"
    sentence = _("There is no change of the last ten minutes to undo.")


class NoticeHasLeft(DomainError):
    """The family has been told already."""

    code = "notice_has_left"
    sentence = _("This cannot be undone: a message about %(on)s has already left.")


class TimeTakenSince(DomainError):
    code = "time_taken_since"
    sentence = _("This cannot be undone: the former time, %(on)s, is taken.")
