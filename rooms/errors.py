"""What stays, units and loans refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError
from scheduling.errors import (
    NoContactConflict,
    NoEntryBasis,
    PastStart,
    ResourceUnavailable,
    WrongStep,
)


class LeavesBeforeArriving(DomainError):
    code = "leaves_before_arriving"
    sentence = _("The day of leaving must come after the day of arriving.")


class EndsNoLater(LeavesBeforeArriving):
    """An extension to a day on which the stay would have ended anyway."""

    sentence = _("The stay ends on %(until)s as it is. Choose a later day.")


class BirthOutsideStay(DomainError):
    code = "birth_outside_stay"
    sentence = _(
        "Choose a day of birth from %(from_on)s, when they came, until today. A child born before "
        "is registered as a new person, and came too."
    )


class StayTooLong(DomainError):
    """D23."""

    code = "stay_too_long"
    sentence = _("That is longer than six months: until %(latest)s at most.")


class NightIsPast(PastStart):
    sentence = _("That night is past. Choose tonight or later.")


class ArrivesLater(DomainError):
    code = "arrives_later"
    sentence = _("Who is checked in at once stays from tonight. Hold the unit instead.")


class NotTogether(NoContactConflict):
    """D11. Says nothing about who, or that there is anybody."""

    sentence = _("These dates are not suitable for these people. Choose others.")


class ToyTaken(ResourceUnavailable):
    sentence = _("%(name)s is with another family. Choose another toy.")


class UnitTaken(ResourceUnavailable):
    """A unit is not free for some of the nights. Facts: `resource`, `name`, and `from_on`,
    `starts_at`, `ends_at` of the first stretch that is taken."""

    sentence = _("%(name)s is not free from %(on)s. Choose another unit or other dates.")


class UnitReserved(UnitTaken):
    """The same, where a reservation is in the way: `stay` is its id (D24)."""

    sentence = _(
        "%(name)s is reserved from %(on)s. Move that reservation to another unit first, or choose "
        "another unit or other dates."
    )


class NoUnitFree(ResourceUnavailable):
    """Nothing that fits is free for these nights."""

    sentence = _(
        "No unit that fits is free for these nights. Look for the nearest date or put the family "
        "on the waiting list."
    )


class PersonTaken(ResourceUnavailable):
    """Somebody of the household has another stay at that time (D21)."""

    sentence = _("Somebody of this family has another stay at that time. Close that one first.")


class AlreadyInHouse(DomainError):
    code = "already_in_house"
    sentence = _("Somebody of this family is in house already. Check out of that stay first.")


class AlreadyWaiting(DomainError):
    """D26: one active entry per household."""

    code = "already_waiting"
    sentence = _("This family is on the waiting list or has a unit held already. Go on from there.")


class UnitTooSmall(DomainError):
    code = "unit_too_small"
    sentence = _("%(name)s does not hold this many people. Choose a larger unit.")


class UnitUnsuitable(DomainError):
    code = "unit_unsuitable"
    sentence = _("%(name)s does not have what this family needs. Choose another unit.")


class UnitOccupied(DomainError):
    code = "unit_occupied"
    sentence = _("%(name)s is still occupied. Check the family out first.")


class UnitNotReady(DomainError):
    code = "unit_not_ready"
    sentence = _("%(name)s is not cleaned yet. Mark it ready first.")


class NothingToClean(DomainError):
    code = "nothing_to_clean"
    sentence = _("%(name)s is not waiting to be cleaned.")


class WrongStay(WrongStep):
    """A step that the stay's status does not permit."""

    sentence = _("A stay that is “%(state)s” cannot take this step.")


class StayIsOver(DomainError):
    code = "stay_is_over"
    sentence = _("The dates of this stay are past. Ask for new ones.")


class OutsideStay(DomainError):
    code = "outside_stay"
    sentence = _("Choose a day of this stay, today or later. If it is past its end, extend it.")


class NobodyNamed(DomainError):
    code = "nobody_named"
    sentence = _("Say who comes: people of one family, with an adult among them.")


class SeveralFamilies(DomainError):
    """D17: one household per unit."""

    code = "several_families"
    sentence = _("A stay is for one family. Admit each to a unit of its own.")


class LastMember(DomainError):
    code = "last_member"
    sentence = _("No adult would be left here. Check the family out instead.")


class NotAMember(DomainError):
    code = "not_a_member"
    sentence = _("This person is not in the stay now.")


class AlreadyAway(DomainError):
    code = "already_away"
    sentence = _("This person is away already. Record the return first.")


class NotAway(DomainError):
    code = "not_away"
    sentence = _("This person is not away.")


class NoPapers(NoEntryBasis):
    """D7: an admission without an entry document needs a reason."""

    sentence = _(
        "An admission needs an entry document valid today. Record it on the case, or say why "
        "there is none yet."
    )


class NoCotThere(DomainError):
    code = "no_cot_there"
    sentence = _("There are not that many cots to take away on %(on)s, or a baby needs them.")


class NotLent(DomainError):
    code = "not_lent"
    sentence = _("This toy has been returned already.")
