"""Calling those whom no text reached: what came of a call, and the coordinator's daily task."""

from uuid import UUID

from django.db import transaction

from base import clock
from base.models import Task
from base.services import finish_task_about, open_task, task_of_day
from notifications import policies, unreached
from notifications.calls import Call
from people.models import Centre, Person
from people.policies import Staff, require
from people.selectors import not_found
from people.services import note_reads
from scheduling import lookup
from scheduling.models import Booking


def read_unreached(staff: Staff) -> list[unreached.Line]:
    """The reader's list. Numbers are on it, so it is kept whose she read (D39)."""
    lines = unreached.unreached(staff)
    read = {(one.person.centre_id, one.person.public_id) for line in lines for one in line.contacts}
    note_reads(staff.user, "person", sorted(read))
    return lines


def note_call(staff: Staff, booking_id: UUID, person_id: UUID, *, result: Call.Result) -> Call:
    """Keep that she called about an hour, who and when. Reached stays reached: pressed twice, or
    by two people, it is one call. Raises NotFound, NotAllowed."""
    booking = lookup.known_booking(staff, booking_id)
    require(policies.may_call(staff, booking.centre_id))
    person = unreached.concerns(booking, person_id) or not_found("person")
    kept = keep(booking, person, result=result, staff=staff)
    finish_when_all_are_called(booking.centre)
    return kept


@transaction.atomic
def keep(booking: Booking, person: Person, *, result: Call.Result, staff: Staff) -> Call:
    Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    of = Call.objects.filter(
        booking=booking, person=person, schedule_version=booking.schedule_version
    )
    reached = of.filter(result=Call.Result.REACHED).first()
    return reached or Call.objects.create(
        booking=booking,
        schedule_version=booking.schedule_version,
        person=person,
        result=result,
        by=staff.user,
        at=clock.now(),
    )


def finish_when_all_are_called(centre: Centre) -> None:
    lines = unreached.lines_of(unreached.near_hours(Booking.objects.all(), [centre.pk]))
    if not unreached.to_call(lines):
        finish_task_about(Task.Kind.UNREACHED, about(centre))


def open_daily_tasks() -> int:
    """What `renew_tasks` does, from the hour of the setting on: run it as often as you like."""
    return renew_tasks() if unreached.open_since(clock.now()) else 0


def renew_tasks() -> int:
    """A task for each centre in which families wait for a call, once a day; returns how many were
    opened."""
    waiting = unreached.families_by_centre()
    return sum(renew_task(centre_id, waiting.get(centre_id, 0)) for centre_id in centre_ids())


def centre_ids() -> list[int]:
    return list(Centre.objects.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def renew_task(centre_id: int, waiting: int) -> bool:
    """Yesterday's task makes room for today's. The centre is locked, so that of two workers the
    second finds what the first has done, also if somebody ticked it off in between."""
    centre = Centre.objects.select_for_update(no_key=True).get(pk=centre_id)
    kind, matter, today = Task.Kind.UNREACHED, about(centre), clock.today()
    if task_of_day(kind, matter, today):
        return False
    finish_task_about(kind, matter)
    if waiting:
        open_task(kind, centre_id=centre.pk, about=matter, due_on=today, owner_id=None)
    return bool(waiting)


def about(centre: Centre) -> str:
    return f"centre:{centre.public_id}"
