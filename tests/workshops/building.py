"""Workshops for tests, made the way the program makes them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count

from base import clock
from people.models import Centre, Person, User
from scheduling.models import Availability, Modality, Resource, Service
from scheduling.series.making import Repetition
from scheduling.series.recurrence import Freq, Pattern
from tests.support import building
from workshops import enrolling, groups
from workshops.enrolling import Application, Candidate
from workshops.groups import Timetable
from workshops.models import (
    Belonging,
    Clearance,
    Enrolment,
    Group,
    Helper,
    Horse,
    Rider,
    Riding,
    Skill,
    Weighing,
    Workshop,
)

MONDAY = building.MONDAY
FIRST = MONDAY + timedelta(days=7)
"""The first session of a usual group: a Monday, ten o'clock."""

LAST = FIRST + timedelta(weeks=7)

_numbers = count(1)


def workshop(
    of: Centre,
    *,
    minutes: int = 60,
    capacity: int = 8,
    least_adults: int = 1,
    audiences: Iterable[str] = (),
    access: str = Service.Access.OPEN,
    **fields: object,
) -> Workshop:
    service = building.service(
        of, minutes=minutes, buffer=0, modalities=[Modality.ON_SITE], access=access
    )
    Service.objects.filter(pk=service.pk).update(is_offered=False)
    return Workshop.objects.create(
        centre=of,
        service=service,
        capacity=capacity,
        least_adults=least_adults,
        audiences=list(audiences),
        **fields,
    )


def timetable(
    of: Workshop,
    *,
    lead: Resource | None = None,
    starts_at: datetime | None = None,
    until: date | None = LAST,
    room: Resource | None = None,
    colleagues: Sequence[Resource] = (),
    **fields: object,
) -> Timetable:
    lead = lead or building.specialist(of.centre, [of.service])
    if not Resource.objects.filter(services=of.service, kind=Resource.Kind.ROOM).exists():
        building.place(of.centre, [of.service], seats=40)
    starts_at = starts_at or building.at(FIRST, 10)
    weekday = clock.local(starts_at).weekday()
    return Timetable(
        workshop=of,
        name=f"Group {next(_numbers)}",
        starts_at=starts_at,
        lead=lead,
        repetition=Repetition(Pattern(Freq.WEEKLY, 1, (weekday,)), until=until),
        colleagues=tuple(colleagues),
        room=room,
        **fields,
    )


def group(of: Workshop, *, by: User, **fields: object) -> Group:
    return groups.open_group(timetable(of, **fields), by=by)


def leader(who: User, *of: Workshop) -> Resource:
    """She leads these, on every working day."""
    who.resource.services.add(*(one.service for one in of))
    Availability.objects.bulk_create(
        Availability(
            resource=who.resource, centre=one.centre, weekday=day, starts=time(8), ends=time(18)
        )
        for one in of[:1]
        for day in range(5)
    )
    return who.resource


def child(of: Centre, *, age: int = 9, mother: Person | None = None) -> Person:
    """With a mother who is its carer."""
    mother = mother or building.person(of)
    born = date(FIRST.year - age, 1, 15)
    made = building.person(of, household=mother.household, birth_on=born)
    building.carer(made, mother)
    return made


def application(
    to: Group,
    *people: Person,
    from_on: date = MONDAY,
    until_on: date | None = None,
    carer: Person | None = None,
    consent_on: date = MONDAY,
    **fields: object,
) -> Application:
    return Application(
        group=to,
        candidates=tuple(Candidate(one, carer) for one in people),
        from_on=from_on,
        until_on=until_on,
        consent_on=consent_on,
        **fields,
    )


def enrol(
    to: Group, *people: Person, by: User, accepted: bool = True, **fields: object
) -> list[Enrolment]:
    asked = application(to, *people, **fields)
    return enrolling.enrol(asked, by=by, accepted=accepted)


def belongs(person: Person, audience: str, *, by: User) -> Belonging:
    return Belonging.objects.create(
        person=person, audience=audience, from_on=date(2026, 1, 1), noted_by=by
    )


# --- Riding ----------------------------------------------------------------------------------


def riding(of: Centre, *, minutes: int = 120, **settings: int) -> Workshop:
    """A workshop in which each child rides for half an hour."""
    made = workshop(of, minutes=minutes, capacity=24)
    Riding.objects.create(workshop=made, **{"turnaround_minutes": 0} | settings)
    return made


def horse(of: Centre, name: str, *, kg: int = 60, **limits: int) -> Horse:
    resource = Resource.objects.create(
        kind=Resource.Kind.HORSE, name=name, centre=of, seats=1, lanes=1
    )
    return Horse.objects.create(resource=resource, carries_kg=kg, **limits)


def volunteer(of: Centre, *skills: Skill, name: str = "") -> Helper:
    """On working days from eight to six."""
    resource = Resource.objects.create(
        kind=Resource.Kind.VOLUNTEER, name=name or f"Volunteer {next(_numbers)}", centre=of
    )
    Availability.objects.bulk_create(
        Availability(resource=resource, centre=of, weekday=day, starts=time(8), ends=time(18))
        for day in range(5)
    )
    skills = skills or (Skill.LEADS_HORSES, Skill.WALKS_BESIDE)
    return Helper.objects.create(resource=resource, centre=of, skills=list(skills))


def ready_to_ride(person: Person, *, by: User, kg: int = 30, walkers: int = 0) -> Person:
    """Weighed, and cleared by a doctor."""
    noted = {"noted_by": by, "noted_at": clock.now()}
    Rider.objects.create(person=person, side_walkers=walkers)
    Weighing.objects.create(person=person, on=MONDAY, kg=kg, **noted)
    Clearance.objects.create(person=person, issued_on=MONDAY, **noted)
    return person
