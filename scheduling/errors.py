"""What the booking core refuses."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class ResourceUnavailable(DomainError):
    """A resource is taken for some of the interval.

    Facts: `resource` (its public id, name and kind as far as the caller may know), `starts_at`
    and `ends_at` of the interval that was wanted.
    """

    code = "resource_unavailable"
    sentence = _("%(name)s is taken at that time. Choose another hour.")


class PastStart(DomainError):
    code = "past_start"
    sentence = _("That hour has already begun. Choose one in the future.")


class PastDay(DomainError):
    code = "past_day"
    sentence = _("That day is over. Choose a later one.")


class StillAbsent(DomainError):
    """What was decided for an hour leaves it to the specialist who is away then."""

    code = "still_absent"
    sentence = _("She is away then too. Choose somebody else, or another time.")


class TooFarAhead(DomainError):
    code = "too_far_ahead"
    sentence = _("Bookings are taken at most %(days)s days ahead.")


class Closed(DomainError):
    """A public holiday or a one-off day (D38)."""

    code = "closed"
    sentence = _("The centre is closed on %(on)s (%(name)s). Choose another day.")


class OutsideAvailability(DomainError):
    code = "outside_availability"
    sentence = _("That is outside working hours. Choose an hour from the free ones.")


class NoContactConflict(DomainError):
    """D11. Says nothing about who, or that there is anybody."""

    code = "no_contact"
    sentence = _("This hour is not suitable for these people. Choose another one.")


class NoEntryBasis(DomainError):
    """D4: a specialised service without a document that authorises it on that day."""

    code = "no_entry_basis"
    sentence = _(
        "This service needs an entry document valid on that day. Record it on the case, "
        "or ask a coordinator to book without papers."
    )


class GeneralAccessEnded(DomainError):
    """D4: two months from the first session."""

    code = "general_access_ended"
    sentence = _(
        "General access for this family ended on %(ended_on)s. Open a case with an entry document."
    )


class ModalityNotOffered(DomainError):
    code = "modality_not_offered"
    sentence = _("This service is not offered that way.")


class NotSkilled(DomainError):
    code = "not_skilled"
    sentence = _("This specialist does not give this service. Choose a colleague who does.")


class DoesNotFit(DomainError):
    """The named room or car is too small or does not suit the service."""

    code = "does_not_fit"
    sentence = _("%(name)s does not suit this service or this many people. Choose another.")


class WrongStep(DomainError):
    """A move its status does not permit."""

    code = "wrong_status"
    sentence = _("A booking that is “%(state)s” cannot take this step.")


class TooEarly(DomainError):
    """D9: no outcome before the start."""

    code = "too_early"
    sentence = _("The session has not begun yet: an outcome is recorded from its start on.")


class AlreadyBegun(DomainError):
    code = "already_begun"
    sentence = _("The session has already begun. Record its outcome instead.")


class OutcomeMismatch(DomainError):
    """D9: adults do not attend, children are not brought."""

    code = "outcome_mismatch"
    sentence = _("A child is “not brought”, an adult “did not attend”.")


class NotACarer(DomainError):
    code = "not_a_carer"
    sentence = _("The person to be told must be a recorded carer of a child in this booking.")


class NoCalendar(DomainError):
    code = "no_calendar"
    sentence = _("You have no calendar of your own.")


class VisitDoesNotFit(DomainError):
    code = "visit_does_not_fit"
    sentence = _("One visit is two to %(most)s services for the people of one family.")


class FullElsewhere(DomainError):
    code = "full_only_in_own_calendar"
    sentence = _("The names of services are shown in your own calendar alone. Choose the initials.")


class UnitOnlyBusy(DomainError):
    code = "unit_only_busy"
    sentence = _("The calendar of a unit shows only when it is taken. Choose that.")


class InvalidInterval(DomainError):
    code = "invalid_interval"
    sentence = _("The end must be after the start, and not more than %(days)s days later.")


class VacationBackwards(DomainError):
    code = "vacation_backwards"
    sentence = _("The last day of a vacation cannot come before its first.")


class VacationTooLong(DomainError):
    code = "vacation_too_long"
    sentence = _("A school vacation is shorter than %(days)s days. Look at the years again.")


class VacationTaken(DomainError):
    code = "vacation_taken"
    sentence = _("Some of those days are “%(name)s” already.")


class OfAGroup(DomainError):
    code = "of_a_group"
    sentence = _("This hour is a place in a group. Change it in the group's session.")
