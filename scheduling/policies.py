"""Who may see and move what in the booking core. API and pages ask the same predicates."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from base import clock
from people import selectors as people_selectors
from people.credentials import roles_of
from people.models import Person
from people.policies import (
    BOOKS,
    MANAGES_RESOURCES,
    SEES_EVERYTHING,
    SEES_NAMES,
    WAIVES_PAPERS,
    Staff,
    is_walled,
    leads_case_of,
)
from scheduling.models import Allocation, Booking, Participation, Resource, Series, Term

KNOWLEDGE_LASTS = timedelta(days=180)
"""How long after a session its specialist still needs to know the family."""

OWN_PARTS = (Allocation.Part.LEAD, Allocation.Part.COLLEAGUE, Allocation.Part.BLOCKED)


def may_book(staff: Staff, centre_id: int) -> bool:
    return staff.may(BOOKS, centre_id)


def may_waive_papers(staff: Staff, centre_id: int) -> bool:
    return staff.may(WAIVES_PAPERS, centre_id)


def may_block(staff: Staff, resource: Resource, centre_id: int) -> bool:
    """Her own time, or anything of the centre for those who run it."""
    own = resource.user_id == staff.user.pk and staff.may(BOOKS, centre_id)
    return own or staff.may(MANAGES_RESOURCES, centre_id)


def may_set_hours(staff: Staff, centre_id: int) -> bool:
    """When the house is open and who works there when."""
    return staff.may(MANAGES_RESOURCES, centre_id)


def centres_for_absence(staff: Staff, specialist: Resource) -> list[int]:
    """The centres in which she may say that this specialist is absent: all of hers for herself."""
    return [centre for centre in staff.centre_ids if may_block(staff, specialist, centre)]


def may_bring_in(staff: Staff, specialist: Resource) -> bool:
    """Another calendar of the specialist: she herself, and who runs a centre where she works."""
    own = specialist.user_id == staff.user.pk
    works_in = roles_of(specialist.user_id, on=clock.today())
    return own or any(staff.may(MANAGES_RESOURCES, centre_id) for centre_id in works_in)


def is_own(staff: Staff, booking: Booking) -> bool:
    """Whether she is one of the booking's specialists, now or before it was given up."""
    return booking.allocations.filter(resource__user=staff.user, part__in=OWN_PARTS).exists()


def knows_booking(staff: Staff, booking: Booking) -> bool:
    """Need to know: who runs the centre, who made the booking, its specialists, and the
    families' case leads; never someone walled off."""
    people = Person.objects.filter(participations__booking=booking)
    if is_walled(staff, people):
        return False
    if staff.may(SEES_EVERYTHING, booking.centre_id):
        return True
    if not staff.may(SEES_NAMES, booking.centre_id):
        return False
    made_it = booking.created_by_id == staff.user.pk
    return made_it or is_own(staff, booking) or leads_case_of(staff, *people)


def may_change(staff: Staff, booking: Booking) -> bool:
    """Move, cancel, confirm or close it."""
    return knows_booking(staff, booking) and staff.may(BOOKS, booking.centre_id)


def worked_lately_with(staff: Staff, person: Person) -> bool:
    """A booking of hers with the family that is still ahead or not long past. A hold is not
    enough, nor what was cancelled: anybody could make one to look in."""
    household = "booking__participations__person__household"
    return hours_of_late(staff).filter(**{household: person.household_id}).exists()


def hours_of_late(staff: Staff) -> QuerySet[Allocation]:
    return Allocation.objects.filter(
        resource__user=staff.user,
        part__in=OWN_PARTS,
        active=True,
        booking__status__in=[Booking.Status.CONFIRMED, Booking.Status.CLOSED],
        period__startswith__gt=clock.now() - KNOWLEDGE_LASTS,
    )


def families_worked_with(staff: Staff) -> QuerySet[Allocation, int]:
    """The households that `worked_lately_with` would grant."""
    household = "booking__participations__person__household"
    known = hours_of_late(staff).filter(**{f"{household}__isnull": False})
    return known.values_list(household, flat=True)


def known_bookings(staff: Staff) -> QuerySet[Booking]:
    """The bookings that `knows_booking` would grant, as one query."""
    seen = (
        Q(created_by=staff.user, centre__in=staff.centres_where(SEES_NAMES))
        | Q(centre__in=staff.centres_where(SEES_EVERYTHING))
        | Q(
            Exists(
                Allocation.objects.filter(
                    booking=OuterRef("pk"), resource__user=staff.user, part__in=OWN_PARTS
                )
            ),
            centre__in=staff.centres_where(SEES_NAMES),
        )
        | Q(
            Exists(
                Participation.objects.filter(
                    booking=OuterRef("pk"),
                    person__household__cases__lead=staff.user,
                    person__household__cases__closed_on=None,
                )
            ),
            centre__in=staff.centres_where(SEES_NAMES),
        )
    )
    walled = Participation.objects.filter(
        booking=OuterRef("pk"),
        person__household__in=people_selectors.households_walled_from(staff),
    )
    hours = Booking.objects.filter(seen, kind__in=Booking.Kind.of_hours())
    return hours.exclude(Exists(walled)).select_related("carer", "service", "term__series")


def timetables_of(staff: Staff) -> QuerySet[Series]:
    """Series of groups. When a group meets is no secret among those who work in its centre, and
    tells nothing of who comes."""
    found = Series.objects.filter(kind=Booking.Kind.SESSION, centre__in=staff.centre_ids)
    return found.select_related("service").order_by("created_at", "pk")


def known_series(staff: Staff) -> QuerySet[Series]:
    """The series whose dates `knows_booking` would grant: to who runs the centre, who made it, who
    leads it now or did, and the families' case leads; never to who is walled off."""
    named = Q(centre__in=staff.centres_where(SEES_NAMES))
    led = Term.objects.filter(series=OuterRef("pk"), lead__user=staff.user)
    family = Person.objects.filter(series=OuterRef("pk"))
    in_case = family.filter(household__cases__lead=staff.user, household__cases__closed_on=None)
    walled = family.filter(household__in=people_selectors.households_walled_from(staff))
    seen = Q(centre__in=staff.centres_where(SEES_EVERYTHING)) | named & (
        Q(created_by=staff.user) | Q(Exists(led)) | Q(Exists(in_case))
    )
    found = Series.objects.filter(seen).exclude(Exists(walled))
    return found.select_related("service", "carer", "centre").order_by("-created_at", "-pk")
