"""Commands on horses: what each may do (D15), and when it is away."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from base import clock
from base.errors import StaleVersion
from people.models import Centre, User
from scheduling import blocking, taking
from scheduling import services as scheduling_services
from scheduling.models import Allocation, Booking, Resource
from scheduling.taking import deadlock_retried
from workshops import herd
from workshops.models import Horse
from workshops.models.riding import MOST_DAYS_A_WEEK, MOST_MINUTES_A_DAY
from workshops.riding_errors import HorseLimits, HorseOverworked, StillHeld

Reason = Booking.BlockReason
REASONS = (Reason.VET, Reason.FARRIER, Reason.OTHER)
LIGHTEST, HEAVIEST = Decimal(10), Decimal(150)


@deadlock_retried
def add_horse(centre: Centre, name: str, *, carries_kg: Decimal, **limits: int) -> Horse:
    """What is not given is as much as D15 allows. Raises HorseOverworked, HorseLimits."""
    horse = Horse(carries_kg=carries_kg, **limits)
    check(horse)
    horse.resource = Resource.objects.create(kind=Resource.Kind.HORSE, name=name, centre=centre)
    horse.save()
    return horse


def check(horse: Horse) -> None:
    """Raises HorseOverworked, HorseLimits."""
    day, week = horse.most_minutes_a_day, horse.most_days_a_week
    on_end, rest = horse.most_minutes_on_end, horse.rest_minutes
    if max(day, on_end) > MOST_MINUTES_A_DAY or week > MOST_DAYS_A_WEEK:
        raise HorseOverworked(hours=MOST_MINUTES_A_DAY // 60, days=MOST_DAYS_A_WEEK)
    works = min(day, on_end) >= 10 and week >= 1 and 5 <= rest <= MOST_MINUTES_A_DAY
    if not works or not LIGHTEST <= horse.carries_kg <= HEAVIEST:
        raise HorseLimits


@deadlock_retried
def change_horse(
    horse: Horse,
    *,
    version: int | None = None,
    name: str | None = None,
    works: bool | None = None,
    **limits: int | Decimal,
) -> Horse:
    """Rides that are booked stay as they are; the board names what they break.

    Raises StaleVersion, HorseOverworked, HorseLimits, StillHeld where it should not work any more
    and has rides ahead.
    """
    taking.lock([horse.resource_id])
    horse = Horse.objects.select_related("resource__centre").get(pk=horse.pk)
    if version is not None and version != horse.version:
        raise StaleVersion(version=horse.version)
    for field, value in limits.items():
        setattr(horse, field, value)
    check(horse)
    resource = horse.resource
    if works is False:
        check_free(resource, Allocation.Part.HORSE)
    resource.name = name or resource.name
    resource.is_active = resource.is_active if works is None else works
    resource.save(update_fields=["name", "is_active"])
    horse.version += 1
    horse.save()
    return horse


def check_free(resource: Resource, *parts: Allocation.Part) -> None:
    """Raises StillHeld."""
    if first := herd.first_ahead(resource, *parts):
        raise StillHeld(name=resource.name, day=f"{clock.local(first):%d.%m.%Y}")


def send_away(
    horse: Horse, *, starts_at: datetime, ends_at: datetime, reason: Reason, by: User
) -> Booking:
    """The vet comes, or the farrier: no ride on it then.

    Raises InvalidInterval, PastStart, and ResourceUnavailable while a ride holds it.
    """
    assert horse.resource.centre_id is not None
    return blocking.block_resource(
        horse.resource,
        centre_id=horse.resource.centre_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        by=by,
    )


def bring_back(absence: Booking, *, by: User) -> Booking:
    """The absence is lifted, whole. Raises WrongStep, StaleVersion."""
    party = Booking.Party.CENTRE
    return scheduling_services.cancel_booking(absence, by=by, party=party, reason=_("is back"))
