"""What the stable, its riders and its helpers are refused."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class RideImpossible(DomainError):
    code = "ride_impossible"
    sentence = _(
        "A ride lasts 5 to 120 minutes and begins every 5 to 60; between two riders at most 60 "
        "minutes; at least one horse and one rider at once."
    )


class RideTooLong(DomainError):
    code = "ride_too_long"
    sentence = _("The whole session lasts %(minutes)s minutes: a ride cannot be longer.")


class GroupsMeet(DomainError):
    """Their children have rides; without riding they would all have to sit in the whole session."""

    code = "groups_meet"
    sentence = _("Groups of this workshop still meet. Let them end first.")


class HorseOverworked(DomainError):
    """D15."""

    code = "horse_overworked"
    sentence = _(
        "A horse works at most %(hours)s hours a day and %(days)s days a week. Set no more than "
        "that."
    )


class HorseLimits(DomainError):
    code = "horse_limits"
    sentence = _(
        "A horse carries 10 to 150 kg, works at least ten minutes on one day of the week and rests "
        "at least five."
    )


class StillHeld(DomainError):
    """A horse or a helper with rides ahead. Facts: the name and the first day."""

    code = "still_held"
    sentence = _("%(name)s is booked on %(day)s. Give those hours to another first.")


class WeightImplausible(DomainError):
    code = "weight_implausible"
    sentence = _("A rider weighs between 5 and 200 kg.")


class WeighedAhead(DomainError):
    code = "weighed_ahead"
    sentence = _("Nobody was weighed on a day to come.")


class ClearanceAhead(DomainError):
    code = "clearance_ahead"
    sentence = _("No doctor has written on a day to come.")


class ClearanceTooLong(DomainError):
    """D16: yearly."""

    code = "clearance_too_long"
    sentence = _("A clearance holds from the day it was written for a year at most.")


class ClearanceWithdrawn(DomainError):
    code = "clearance_withdrawn"
    sentence = _("This clearance was withdrawn already.")


class PrefersAvoided(DomainError):
    code = "prefers_avoided"
    sentence = _("The horse that is preferred cannot be one of those to avoid.")


class AlreadyHelps(DomainError):
    code = "already_helps"
    sentence = _("This colleague helps already.")


class HoursOfColleague(DomainError):
    code = "hours_of_colleague"
    sentence = _("A colleague helps within her working hours. They are set for the whole centre.")


class HelpAhead(DomainError):
    code = "help_ahead"
    sentence = _("Help is noted once it was given.")


class HelpImpossible(DomainError):
    code = "help_impossible"
    sentence = _("Help lasts between a minute and twelve hours.")


class RidesBooked(DomainError):
    code = "rides_booked"
    sentence = _(
        "Rides are booked ahead. Take them off their boards first, then change their length."
    )
