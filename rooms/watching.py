"""What nobody does, but time: stays come to their end, or go past it."""

from collections.abc import Iterable
from datetime import timedelta

from base import clock
from base.models import Task
from base.services import finish_task_about, finish_tasks_but, open_task, task_of_day
from rooms import selectors, services, snapshot
from rooms.models import WARNINGS, Stay

STAYS_ON_PERHAPS = timedelta(days=7)
"""How far ahead the hours of people kept apart from an overdue family are looked at."""


def watch_stays() -> int:
    """Open the tasks that time asks for; returns how many stays they are about. Run it as often
    as you like: each is opened once for each end of a stay."""
    stays = Stay.objects.select_related("booking")
    late = list(selectors.overdue(stays))
    near = list(selectors.ending_within(stays, max(WARNINGS)))
    for stay in near:
        warn_of_end(stay)
    for stay in late:
        open_once(Task.Kind.STAY_OVERDUE, stay, owner_id=selectors.case_lead(stay.household_id))
        services.warn_of_meetings(
            stay, selectors.expected(stay), until=clock.now() + STAYS_ON_PERHAPS
        )
    endangered = list(endangered_stays())
    finish_tasks_but(Task.Kind.STAY_ENDANGERED, [f"stay:{stay.public_id}" for stay in endangered])
    for stay in endangered:
        open_once(Task.Kind.STAY_ENDANGERED, stay, owner_id=stay.requested_by_id)
    return len({*near, *late, *endangered})


def warn_of_end(stay: Stay) -> None:
    """The warning of its time; earlier ones need no answer any more."""
    left = (stay.to_on - clock.today()).days
    if left < 0:
        return
    kind = WARNINGS[min(days for days in WARNINGS if days >= left)]
    for other in WARNINGS.values():
        if other != kind:
            finish_task_about(other, f"stay:{stay.public_id}")
    open_once(kind, stay, owner_id=selectors.case_lead(stay.household_id))


def open_once(kind: Task.Kind, stay: Stay, *, owner_id: int | None) -> None:
    """A task that somebody ticked off is not opened again for the same end."""
    about = f"stay:{stay.public_id}"
    if not task_of_day(kind, about, stay.to_on):
        open_task(kind, centre_id=stay.centre_id, about=about, due_on=stay.to_on, owner_id=owner_id)


def endangered_stays() -> Iterable[Stay]:
    """Stays held in units that a family is still in past its nights there (D24)."""
    centres = set(selectors.in_house(Stay.objects.all()).values_list("centre", flat=True))
    legs = (leg for unit in snapshot.units(centres) for leg in unit.endangered())
    return Stay.objects.filter(pk__in={leg.stay_id for leg in legs if leg.stay_id})
