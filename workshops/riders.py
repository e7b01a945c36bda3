"""Commands on who rides: weight, medical clearance, and how (D16)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db import transaction

from base import clock
from base.models import Task
from base.services import finish_task_about
from people.models import Person, User
from workshops import clearances
from workshops.models import Clearance, Horse, Rider, Weighing
from workshops.riding import facts
from workshops.riding_errors import (
    ClearanceAhead,
    ClearanceTooLong,
    ClearanceWithdrawn,
    PrefersAvoided,
    WeighedAhead,
    WeightImplausible,
)

LIGHTEST, HEAVIEST = Decimal(5), Decimal(200)


@transaction.atomic
def weigh(person: Person, kg: Decimal, *, on: date, by: User) -> Weighing:
    """Raises WeighedAhead, WeightImplausible."""
    if on > clock.today():
        raise WeighedAhead
    if not LIGHTEST <= kg <= HEAVIEST:
        raise WeightImplausible
    return Weighing.objects.create(person=person, on=on, kg=kg, noted_by=by, noted_at=clock.now())


@transaction.atomic
def note_clearance(
    person: Person, *, issued_on: date, expires_on: date | None = None, by: User
) -> Clearance:
    """A doctor's word, both days included; a year without an end. Raises ClearanceAhead,
    ClearanceTooLong for more than that year or an end before it begins."""
    if issued_on > clock.today():
        raise ClearanceAhead
    if expires_on and not issued_on <= expires_on <= facts.Clearance(issued_on).last_day:
        raise ClearanceTooLong
    made = Clearance.objects.create(
        person=person,
        issued_on=issued_on,
        expires_on=expires_on,
        noted_by=by,
        noted_at=clock.now(),
    )
    if clearances.last_day(made) > clock.today() + clearances.AHEAD:
        finish_task_about(Task.Kind.CLEARANCE_ENDS, clearances.about(person))
    return made


@transaction.atomic
def withdraw_clearance(clearance: Clearance) -> Clearance:
    """From today on it holds no more. Raises ClearanceWithdrawn."""
    found = Clearance.objects.select_for_update(of=("self",)).get(pk=clearance.pk)
    if found.withdrawn_on is not None:
        raise ClearanceWithdrawn
    found.withdrawn_on = clock.today()
    found.save()
    return found


def rider_of(person: Person) -> Rider:
    """As it is, or as everybody rides about whom nothing is noted."""
    found = Rider.objects.filter(person=person).select_related("preferred_horse__resource").first()
    return found or Rider(person=person)


@transaction.atomic
def change_rider(
    person: Person,
    *,
    side_walkers: int,
    preferred_horse: Horse | None,
    avoids: Collection[Horse],
) -> Rider:
    """Horses are of the same centre: whoever names them sees to that. Raises PrefersAvoided."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if preferred_horse in avoids:
        raise PrefersAvoided
    found, _ = Rider.objects.get_or_create(person=person)
    found.side_walkers, found.preferred_horse = side_walkers, preferred_horse
    found.save()
    found.avoids.set(avoids)
    return found
