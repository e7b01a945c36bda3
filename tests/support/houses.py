"""A centre with one of everything, for tests that walk over the whole interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from base import clock
from base.models import Task
from notifications.models import Delivery
from people.models import (
    Carer,
    Case,
    Centre,
    ContactCard,
    EntryBasis,
    Household,
    KinshipWall,
    NoContact,
    Person,
    Role,
    User,
)
from rooms.models import Room
from scheduling import feeds, services
from scheduling.models import Booking, Feed, Modality, Resource, Service
from scheduling.planning import Wish
from tests.support import building
from tests.support.building import MONDAY, at

NOW = at(MONDAY, 12)
"""The middle of an ordinary Monday: the morning's session is past, the afternoon's ahead."""

TUESDAY = MONDAY + timedelta(days=1)


@dataclass
class House:
    """A centre's rows, by what they are in the story: a mother and her child, whose case the
    psychologist leads, with a session this morning, one this afternoon and a hold tomorrow."""

    centre: Centre
    service: Service
    specialist: Resource
    colleague: Resource
    room: Resource
    vehicle: Resource
    household: Household
    mother: Person
    child: Person
    boy: Person
    """Her son, whose carer nobody has recorded yet."""
    father: Person
    """Of another family. The mother must not meet him."""
    carer: Carer
    pair: NoContact
    wall: KinshipWall
    card: ContactCard
    case: Case
    basis: EntryBasis
    past: Booking
    booking: Booking
    hold: Booking
    task: Task
    feed: Feed
    token: str
    attempt: UUID
    staff: dict[str, User]
    """By role, and besides: `stranger`, a psychologist who has never met this family; `kin`, a
    coordinator who is of this family; `superuser`, without any role."""


@contextmanager
def two_houses() -> Iterator[tuple[House, House]]:
    """Two centres at NOW, for the tests of a whole module: each test rolls back what it did."""
    with clock.frozen(NOW), transaction.atomic():
        yield house("own"), house("foreign")
        transaction.set_rollback(True)


def house(slug: str) -> House:
    """Build one. Call it at NOW."""
    centre = building.centre(slug)
    service = building.service(centre)
    psychologist = building.specialist(centre, [service])
    stranger = building.specialist(centre, [service])
    room = building.place(centre, [service])
    Room.objects.create(resource=room, features=[Room.Feature.PLAY])
    mother = building.person(centre)
    child = building.person(centre, household=mother.household, birth_on=date(2019, 5, 1))
    carer = building.carer(child, mother)
    boy = building.person(centre, household=mother.household, birth_on=date(2021, 5, 1))
    father = building.person(centre)
    pair = NoContact.objects.create(one=mother, other=father, since_on=clock.today())
    case = building.case(mother, services=[service])
    Case.objects.filter(pk=case.pk).update(lead=psychologist.user)
    staff: dict[str, User] = {
        role.value: building.user(centre, role) for role in Role.Name if role != "psychologist"
    }
    staff |= {"psychologist": psychologist.user, "stranger": stranger.user}
    staff["kin"] = building.user(centre, Role.Name.COORDINATOR)
    staff["superuser"] = User.objects.create(
        username=f"installer@{slug}.example", is_superuser=True, is_staff=True
    )
    KinshipWall.objects.create(user=staff["kin"], household=mother.household)
    wall = KinshipWall.objects.create(user=stranger.user, household=father.household)
    card = building.card(mother)

    def book(hours: int, **fields: Any) -> Booking:
        starts_at = NOW + timedelta(hours=hours)
        with clock.frozen(min(NOW, starts_at - timedelta(days=5))):
            wish = Wish(service, starts_at, psychologist, (mother,), Modality.ON_SITE, **fields)
            return services.book(wish, by=staff["coordinator"])

    past, booking, hold = book(-3), book(3), book(24)
    with clock.frozen(NOW):
        Booking.objects.filter(pk=hold.pk).update(
            status=Booking.Status.HELD, hold_expires_at=NOW + timedelta(minutes=30)
        )
        hold.refresh_from_db()
        task = Task.objects.create(
            centre=centre,
            kind=Task.Kind.ASSESSMENT_DUE,
            owner=psychologist.user,
            about=f"case:{case.public_id}",
            due_on=clock.today(),
            created_at=clock.now(),
        )
        feed, url = feeds.open_feed(psychologist.user, detail=Feed.Detail.DISCREET)
    attempt = Delivery.objects.create(
        reminder=booking.reminders.first(),
        attempt=uuid4(),
        claimed_at=NOW,
        lease_until=NOW + timedelta(minutes=2),
    )
    return House(
        centre=centre,
        service=service,
        specialist=psychologist,
        colleague=stranger,
        room=room,
        vehicle=building.place(centre, [service], kind=Resource.Kind.VEHICLE),
        household=mother.household,
        mother=mother,
        child=child,
        boy=boy,
        father=father,
        carer=carer,
        pair=pair,
        wall=wall,
        card=card,
        case=case,
        basis=case.entry_bases.get(),
        past=past,
        booking=booking,
        hold=hold,
        task=task,
        feed=feed,
        token=url.rsplit("/", 1)[1].removesuffix(".ics"),
        attempt=attempt.attempt,
        staff=staff,
    )
