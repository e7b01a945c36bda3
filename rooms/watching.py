"""What nobody does, but time: stays come to their end, or go past it."""

from collections.abc import Iterable

from base import clock
from base.models import Task
from base.services import finish_task_about, open_task
from rooms import selectors
from rooms.models import Stay

WARNINGS = (
    (7, Task.Kind.STAY_ENDS_7),
    (30, Task.Kind.STAY_ENDS_30),
    (60, Task.Kind.STAY_ENDS_60),
)
"""Days before the end, the last warning first (D23)."""


def watch_stays() -> int:
    """Open the tasks that time asks for; returns how many stays they are about. Run it as often
    as you like: each is opened once for each end of a stay."""
    stays = Stay.objects.select_related("booking")
    late = list(selectors.overdue(stays))
    near = list(selectors.ending_within(stays, max(days for days, _ in WARNINGS)))
    for stay in near:
        warn_of_end(stay)
    for stay in late:
        open_once(Task.Kind.STAY_OVERDUE, stay, owner_id=selectors.case_lead(stay.household_id))
    endangered = list(endangered_by(late))
    for stay in endangered:
        open_once(Task.Kind.STAY_ENDANGERED, stay, owner_id=stay.requested_by_id)
    return len({*near, *late, *endangered})


def warn_of_end(stay: Stay) -> None:
    """The warning of its time; earlier ones need no answer any more."""
    left = (stay.to_on - clock.today()).days
    if left < 0:
        return
    _, kind = min(warning for warning in WARNINGS if warning[0] >= left)
    for _days, other in WARNINGS:
        if other != kind:
            finish_task_about(other, f"stay:{stay.public_id}")
    open_once(kind, stay, owner_id=selectors.case_lead(stay.household_id))


def open_once(kind: Task.Kind, stay: Stay, *, owner_id: int | None) -> None:
    """A task that somebody ticked off is not opened again for the same end."""
    about = f"stay:{stay.public_id}"
    if not Task.objects.filter(kind=kind, about=about, due_on=stay.to_on).exists():
        open_task(kind, centre_id=stay.centre_id, about=about, due_on=stay.to_on, owner_id=owner_id)


def endangered_by(late: Iterable[Stay]) -> Iterable[Stay]:
    """Stays held in units that somebody overdue is still in (D24)."""
    centres = {stay.centre_id for stay in late}
    if not centres:
        return ()
    legs = (leg for unit in selectors.units(centres) for leg in unit.endangered())
    return Stay.objects.filter(pk__in={leg.stay_id for leg in legs if leg.stay_id})
