"""The tables of workshops: groups and their places, riding, and who helps."""

from workshops.models.groups import (
    OFFER_LASTS,
    OLDEST,
    Audience,
    Belonging,
    Enrolment,
    Group,
    Pause,
    Seat,
    Session,
    Step,
    Workshop,
)
from workshops.models.helping import Help, Helper, Skill
from workshops.models.riding import Board, Clearance, Horse, Rider, Riding, Weighing

__all__ = [
    "OFFER_LASTS",
    "OLDEST",
    "Audience",
    "Belonging",
    "Board",
    "Clearance",
    "Enrolment",
    "Group",
    "Help",
    "Helper",
    "Horse",
    "Pause",
    "Rider",
    "Riding",
    "Seat",
    "Session",
    "Skill",
    "Step",
    "Weighing",
    "Workshop",
]
