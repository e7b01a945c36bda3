"""What workshops refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError, NotAllowed
from scheduling.errors import WrongStep


class NotTheirs(DomainError):
    """D13: the workshop is for others. Says nothing about who anybody is."""

    code = "not_the_audience"
    sentence = _(
        "This workshop is for others. If it is for this person after all, note on the person's "
        "page to whom she belongs."
    )


class WrongAge(DomainError):
    """D13, judged on every session's date."""

    code = "wrong_age"
    sentence = _("On none of those dates the age is right for this workshop (%(ages)s).")


class AgesOutOfOrder(DomainError):
    code = "ages_out_of_order"
    sentence = _("The least age cannot be above the most.")


class DoubtOutOfAges(DomainError):
    code = "doubtful_age_outside"
    sentence = _("The age to ask about is one of those that the workshop is for.")


class AlreadyOffered(DomainError):
    code = "already_offered"
    sentence = _("Your centre has this workshop already. Change that one, or offer it again.")


class NameTaken(DomainError):
    code = "name_taken"
    sentence = _("A workshop of your centre is called so already. Choose another name.")


class NotOffered(DomainError):
    code = "not_offered"
    sentence = _("This workshop is not offered any more. Offer it again before you open a group.")


class ConsentAhead(DomainError):
    code = "consent_ahead"
    sentence = _("Consent cannot be given on a day to come.")


class NobodyToTell(DomainError):
    code = "carer_not_named"
    sentence = _("Say which of the child's carers consented and will be told.")


class AlreadyEnrolled(DomainError):
    code = "already_enrolled"
    sentence = _("There is a place, a proposal or a turn in this group already on those dates.")


class NoSessions(DomainError):
    code = "no_sessions"
    sentence = _("The group has no session on those dates.")


class TooFewAdults(DomainError):
    """D14: a one-to-one child adds an adult."""

    code = "too_few_adults"
    sentence = _(
        "With this child the group needs %(needed)s adults; now there are %(has)s. "
        "Add a colleague to the group first: its series says who else leads it."
    )


class ChildElsewhere(DomainError):
    """Facts: the days on which it cannot be held."""

    code = "elsewhere_then"
    sentence = _(
        "On %(days)s the hour is not possible for everybody. Choose other dates, or go on without "
        "those sessions."
    )


class GroupFull(DomainError):
    code = "group_full"
    sentence = _("The place is somebody else's on some of those days. Choose a later day.")


class PlacesTaken(DomainError):
    code = "places_taken"
    sentence = _("%(taken)s places are taken. Fewer are possible only when somebody leaves.")


class TooManySeats(DomainError):
    code = "room_too_small"
    sentence = _("The room of the group seats %(seats)s with its adults. Move the group first.")


class WrongPause(DomainError):
    code = "wrong_pause"
    sentence = _("A pause lies ahead, within the enrolment, and on no other pause.")


class NotPaused(DomainError):
    code = "not_paused"
    sentence = _("There is no pause on that day or after it.")


class WrongEnrolmentStep(WrongStep):
    sentence = _("An enrolment that is “%(state)s” cannot take this step.")


class OfferOver(DomainError):
    code = "offer_over"
    sentence = _("The offer ran out and was passed on. Enrol the child again.")


class SessionAhead(DomainError):
    code = "session_ahead"
    sentence = _("Attendance is noted once the session has begun.")


class NothingToUndo(DomainError):
    code = "no_attendance_to_undo"
    sentence = _("Attendance was not noted in the last ten minutes.")


class NotRidden(DomainError):
    code = "not_ridden"
    sentence = _("Nobody rides in this workshop, so it has no board of horses.")


class BoardOfAColleague(NotAllowed):
    """D12: kin of somebody who rides. Does not say so."""

    sentence = _("This board is in a colleague's hands. Ask your coordinator.")


class RulesBroken(DomainError):
    """Facts: the codes of the broken rules (D13, D15, D16); the board itself says them in full."""

    code = "rules_broken"
    sentence = _("The board cannot be booked so. Mend the lines that are marked on it.")


class BoardFallsApart(DomainError):
    """Facts: as of RulesBroken."""

    code = "board_falls_apart"
    sentence = _(
        "At that hour the booked riding board breaks its rules. Choose another hour, or move the "
        "session without the rides: its lines wait on the board then."
    )


class NoSuchRide(DomainError):
    code = "no_such_ride"
    sentence = _("The board has no such line any more. Look at it again.")


class NothingToCallOff(DomainError):
    code = "nothing_to_call_off"
    sentence = _("Nobody is to ride on that day any more.")
