"""School vacations of a centre (D38): what is held in term time skips them by name."""

from datetime import date, timedelta

from django.db import transaction

from people.models import Centre
from scheduling.errors import VacationBackwards, VacationTaken, VacationTooLong
from scheduling.models import SchoolVacation

LONGEST = timedelta(days=100)


@transaction.atomic
def add_vacation(centre_id: int, name: str, from_on: date, until_on: date) -> SchoolVacation:
    """Both days included. Sessions that are booked already stay. Raises VacationBackwards,
    VacationTooLong, and VacationTaken where another has one of the days."""
    if until_on < from_on:
        raise VacationBackwards
    if until_on - from_on >= LONGEST:
        raise VacationTooLong(days=LONGEST.days)
    Centre.objects.select_for_update(no_key=True).get(pk=centre_id)
    others = SchoolVacation.objects.filter(
        centre=centre_id, from_on__lte=until_on, until_on__gte=from_on
    )
    if other := others.first():
        raise VacationTaken(name=other.name)
    return SchoolVacation.objects.create(
        centre_id=centre_id, name=name, from_on=from_on, until_on=until_on
    )


def forget_vacation(vacation: SchoolVacation) -> None:
    """Groups that are opened from now on meet on those days."""
    SchoolVacation.objects.filter(pk=vacation.pk).delete()
