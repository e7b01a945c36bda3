"""Commands on who helps: volunteers, who have no log-in, and colleagues; when, and how long."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time

from django.db import IntegrityError, transaction

from base import clock
from base.errors import StaleVersion
from people.models import Centre, User
from scheduling import taking
from scheduling.models import Allocation, Availability, AvailabilityException, Resource
from scheduling.taking import deadlock_retried
from workshops.models import Help, Helper
from workshops.models.helping import LONGEST_HELP
from workshops.riding_errors import AlreadyHelps, HelpAhead, HelpImpossible, HoursOfColleague
from workshops.stable import check_free

Part = Allocation.Part
KEPT = object()


@dataclass(frozen=True)
class Weekly:
    """A window of wall-clock time, on that weekday between two dates, both included."""

    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class OnDate:
    """More time on a date, or less; without hours not at all."""

    on: date
    available: bool
    starts: time | None = None
    ends: time | None = None


@transaction.atomic
def add_volunteer(
    centre: Centre,
    name: str,
    *,
    phone: str = "",
    skills: Collection[str] = (),
    most_minutes_on_end: int | None = None,
) -> Helper:
    """Raises HelpImpossible."""
    check_minutes(most_minutes_on_end)
    resource = Resource.objects.create(kind=Resource.Kind.VOLUNTEER, name=name, centre=centre)
    return Helper.objects.create(
        resource=resource,
        centre=centre,
        phone=phone,
        skills=sorted(set(skills)),
        most_minutes_on_end=most_minutes_on_end,
    )


def add_colleague(
    colleague: Resource,
    centre: Centre,
    *,
    skills: Collection[str],
    most_minutes_on_end: int | None = None,
) -> Helper:
    """A specialist who helps besides. Raises AlreadyHelps, HelpImpossible."""
    check_minutes(most_minutes_on_end)
    try:
        with transaction.atomic():
            return Helper.objects.create(
                resource=colleague,
                centre=centre,
                skills=sorted(set(skills)),
                most_minutes_on_end=most_minutes_on_end,
            )
    except IntegrityError as error:
        raise AlreadyHelps from error


def check_minutes(most: int | None) -> None:
    """Raises HelpImpossible."""
    if most is not None and not 10 <= most <= LONGEST_HELP:
        raise HelpImpossible


@deadlock_retried
def change_helper(
    helper: Helper,
    *,
    version: int | None = None,
    name: str | None = None,
    phone: str | None = None,
    skills: Collection[str] | None = None,
    most_minutes_on_end: int | object | None = KEPT,
    helps: bool | None = None,
) -> Helper:
    """A colleague's name is her own. Whoever helps no more is not proposed; a colleague goes on
    working.

    Raises StaleVersion, HelpImpossible, StillHeld where she should not help any more and has
    rides ahead.
    """
    helper = locked(helper, version)
    resource = helper.resource
    if phone is not None:
        helper.phone = phone
    if skills is not None:
        helper.skills = sorted(set(skills))
    if most_minutes_on_end is not KEPT:
        assert most_minutes_on_end is None or isinstance(most_minutes_on_end, int)
        check_minutes(most_minutes_on_end)
        helper.most_minutes_on_end = most_minutes_on_end
    if helps is False:
        check_free(resource, Part.HANDLER, Part.WALKER)
    if helper.is_volunteer:
        resource.name = name or resource.name
        resource.is_active = resource.is_active if helps is None else helps
        resource.save(update_fields=["name", "is_active"])
    elif helps is False:
        helper.skills = []
    return save(helper)


def locked(helper: Helper, version: int | None) -> Helper:
    """Read again under the lock of what she is held by. Raises StaleVersion."""
    taking.lock([helper.resource_id])
    found = Helper.objects.select_related("resource", "centre").get(pk=helper.pk)
    if version is not None and version != found.version:
        raise StaleVersion(version=found.version)
    return found


def save(helper: Helper) -> Helper:
    helper.version += 1
    helper.save()
    return helper


@deadlock_retried
def set_availability(
    helper: Helper,
    *,
    weekly: Sequence[Weekly],
    dates: Sequence[OnDate],
    version: int | None = None,
) -> Helper:
    """When a volunteer can come, whole. Rides that are booked stay. Raises StaleVersion,
    HoursOfColleague."""
    helper = locked(helper, version)
    if not helper.is_volunteer:
        raise HoursOfColleague
    whose = {"resource": helper.resource, "centre": helper.centre}
    Availability.objects.filter(**whose).delete()
    AvailabilityException.objects.filter(**whose).delete()
    Availability.objects.bulk_create(Availability(**whose, **vars(one)) for one in weekly)
    AvailabilityException.objects.bulk_create(
        AvailabilityException(**whose, **vars(one)) for one in dates
    )
    return save(helper)


@transaction.atomic
def note_help(helper: Helper, *, on: date, minutes: int, what: str, by: User) -> Help:
    """Whatever no booking tells of. Raises HelpAhead, HelpImpossible."""
    if on > clock.today():
        raise HelpAhead
    if not 1 <= minutes <= LONGEST_HELP:
        raise HelpImpossible
    return Help.objects.create(
        helper=helper, on=on, minutes=minutes, what=what, noted_by=by, noted_at=clock.now()
    )


def remove_note(note: Help) -> None:
    note.delete()
