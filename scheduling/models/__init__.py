"""The tables of the booking core."""

from scheduling.models.bookings import (
    EVER,
    Allocation,
    Booking,
    Change,
    Feed,
    Int4Range,
    Int8Range,
    Participation,
)
from scheduling.models.busy import BusyTime, OuterCalendar
from scheduling.models.repeating import HoursTerm, RepeatingHours
from scheduling.models.resources import (
    LONGEST_HOLDING,
    LONGEST_STAY,
    Availability,
    AvailabilityException,
    Closure,
    Modality,
    Resource,
    SchoolVacation,
    Service,
    SetupStamp,
)
from scheduling.models.series import Series, SeriesChange, Term

__all__ = [
    "EVER",
    "LONGEST_HOLDING",
    "LONGEST_STAY",
    "Allocation",
    "Availability",
    "AvailabilityException",
    "Booking",
    "BusyTime",
    "Change",
    "Closure",
    "Feed",
    "HoursTerm",
    "Int4Range",
    "Int8Range",
    "Modality",
    "OuterCalendar",
    "Participation",
    "RepeatingHours",
    "Resource",
    "SchoolVacation",
    "Series",
    "SeriesChange",
    "Service",
    "SetupStamp",
    "Term",
]
