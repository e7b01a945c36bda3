"""A centre with one of everything, for tests that walk over the whole interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from base import clock
from base.models import Task
from notifications import editing, links
from notifications.models import Delivery, Reminder, Template
from notifications.wording import Slot
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
from people.policies import staff as staff_of
from rooms import lending, reserving
from rooms import services as shelter
from rooms.models import Building, Loan, Room, Stay
from rooms.selectors import StayLeg
from scheduling import feeds, repeating, services
from scheduling.models import (
    Booking,
    Feed,
    Modality,
    RepeatingHours,
    Resource,
    Series,
    Service,
)
from scheduling.planning import Wish
from scheduling.series.making import Repetition, create_series
from scheduling.series.recurrence import Freq, Pattern
from tests.rooms import building as rooms_building
from tests.support import building
from tests.support.building import MONDAY, at
from tests.workshops import building as workshops_building
from workshops import arena, enrolling, helping, pausing, riders, sessions, stable
from workshops.models import Clearance, Enrolment, Group, Help, Helper, Horse, Session, Workshop

NOW = at(MONDAY, 12)
"""The middle of an ordinary Monday: the morning's session is past, the afternoon's ahead."""

TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=11)
WEDNESDAY = MONDAY + timedelta(days=2)
WEEK = timedelta(weeks=1)


@dataclass
class House:
    """A centre's rows, by what they are in the story: a mother and her child, whose case the
    psychologist leads, with a session this morning, one this afternoon and a hold tomorrow; and
    four families of the shelter, with whom nobody but its staff works."""

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
    series: Series
    hours: RepeatingHours
    """Of the mother: three Fridays, the second of which was cancelled a moment ago."""
    task: Task
    feed: Feed
    token: str
    attempt: UUID
    text: Reminder
    """Of the booking this afternoon; it did not get through."""
    link: str
    """The token of the mother's link to this afternoon's session."""
    wording: Template
    """What a plain reminder in Bulgarian says. It is ours: there is no row."""
    building: Building
    unit: Resource
    """Free."""
    unit_to_clean: Resource
    resident: Person
    baby: Person
    """Of the resident, in house with her."""
    expected: Person
    """For whom a unit is held from tonight."""
    stay: Stay
    held_stay: Stay
    waiting_stay: Stay
    left_stay: Stay
    toy: Resource
    """Nobody has it."""
    loan: Loan
    """Of another toy, to the mother."""
    staff: dict[str, User]
    """By role, and besides: `stranger`, a psychologist who has never met this family; `kin`, a
    coordinator who is of this family, and of all those sheltered; `superuser`, without any
    role."""
    # Groups cost as much as everything else: they are there where they are asked for.
    workshop: Workshop = None
    leader: Resource = None
    hall: Resource = None
    """The workshop's room."""
    group: Group = None
    """On Mondays at eight, led by the leader; full, and one more waits."""
    session: Session = None
    """Next Monday's."""
    past_session: Session = None
    """This morning's; nobody noted who came."""
    cancelled_session: Session = None
    """In a fortnight."""
    enrolment: Enrolment = None
    """Of the child, who does not come on the last Monday but one."""
    proposal: Enrolment = None
    """Of another family, made by the psychologist."""
    offer: Enrolment = None
    turn: Enrolment = None
    newcomer: Person = None
    """A child whom nobody enrolled yet, with her mother."""
    newcomer_mother: Person = None
    riding_session: Session = None
    """A week from Wednesday; nobody has drawn its board yet."""
    rider: Person = None
    """Who comes to it, ready to ride."""
    helper: Helper = None
    """Who leads a horse, on working days."""
    ridden: Workshop = None
    """In which children ride; no group of it meets."""
    horse: Horse = None
    volunteer: Helper = None
    help: Help = None
    """Hers, noted this morning."""
    clearance: Clearance = None
    """Of the child: a doctor wrote today that it may ride."""


@contextmanager
def two_houses() -> Iterator[tuple[House, House]]:
    """Two centres at NOW, for the tests of a whole module: each test rolls back what it did."""
    with clock.frozen(NOW), transaction.atomic():
        yield house("own", with_groups=True), house("foreign", with_groups=True)
        transaction.set_rollback(True)


def fridays(service: Service, lead: Resource, person: Person, *, by: User) -> Series:
    wish = Wish(service, at(FRIDAY, 10), lead, (person,), Modality.ON_SITE)
    weekly = Repetition(Pattern(Freq.WEEKLY, weekdays=(FRIDAY.weekday(),)), count=3)
    series = create_series(wish, weekly, by=by)
    second = Booking.objects.get(term__series=series, original_start=at(FRIDAY, 10) + WEEK)
    services.cancel_booking(second, by=by, party=Booking.Party.CLIENT)
    return series


def fortnightly(lead: Resource, centre: Centre, first: date, *, by: User) -> RepeatingHours:
    """She works from ten to two on that day and every second week."""
    pattern = Pattern(Freq.WEEKLY, 2, (first.weekday(),))
    rhythm = repeating.Rhythm(pattern, first, time(10), time(14))
    works = RepeatingHours.Kind.WORKS
    return repeating.repeat_hours(works, rhythm, centre_id=centre.pk, specialist=lead, by=by)


def house(slug: str, *, with_groups: bool = False) -> House:
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
    card = building.card(mother, allows_link=True)

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
        feed, url = feeds.open_feed(
            staff_of(psychologist.user), psychologist, detail=Feed.Detail.DISCREET
        )
    text = booking.reminders.get(kind=Reminder.Kind.ONE_DAY)
    Reminder.objects.filter(pk=text.pk).update(status=Reminder.Status.FAILED, why="")
    attempt = Delivery.objects.create(
        reminder=text,
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
        hours=fortnightly(
            psychologist, centre, FRIDAY + timedelta(days=1), by=staff["coordinator"]
        ),
        series=fridays(service, psychologist, mother, by=staff["coordinator"]),
        task=task,
        feed=feed,
        token=url.rsplit("/", 1)[1].removesuffix(".ics"),
        attempt=attempt.attempt,
        text=text,
        link=links.link_for(booking, mother, card.wording).rsplit("/", 2)[1],
        wording=Template(
            public_id=editing.id_of(centre.public_id, Slot("reminder", "plain", "bg", "cyrillic"))
        ),
        **sheltered(centre, staff),
        **library(centre, mother, staff["shelter"]),
        **(atelier(centre, child, mother, staff) if with_groups else {}),
        **(riding_school(centre, child, staff) if with_groups else {}),
        staff=staff,
    )


def sheltered(centre: Centre, staff: dict[str, User]) -> dict[str, Any]:
    """A house of four units: one family in, one expected, one on the list, and one gone whose
    unit nobody has cleaned. `kin` is of them all. Papers for the first and the last are due
    today."""
    by = staff["shelter"]
    taken, promised, unit_to_clean, unit = (rooms_building.unit(centre) for _ in range(4))
    families = [rooms_building.family(centre, ages=ages) for ages in ([0], [], [5], [])]
    KinshipWall.objects.bulk_create(
        KinshipWall(user=staff["kin"], household=family[0].household) for family in families
    )
    residents, awaited, listed, gone = families
    with clock.frozen(NOW - timedelta(days=14)):
        leaving = rooms_building.resident(unit_to_clean, gone, by)
        stay = rooms_building.resident(taken, residents, by)
    with clock.frozen(NOW - timedelta(hours=2)):
        left = shelter.check_out(leaving, by=by)
        ask = rooms_building.ask(centre, rooms_building.nights(0, 10), people=awaited)
        held = reserving.hold_unit(ask, [StayLeg(promised, ask.nights)], by=by)
        ask = rooms_building.ask(centre, rooms_building.nights(1, 10), people=listed, ages=[5])
        waiting = reserving.request_stay(ask, by=by)
    return {
        "building": rooms_building.house(centre),
        "unit": unit,
        "unit_to_clean": unit_to_clean,
        "resident": residents[0],
        "baby": residents[1],
        "expected": awaited[0],
        "stay": stay,
        "held_stay": held,
        "waiting_stay": waiting,
        "left_stay": left,
    }


def library(centre: Centre, mother: Person, by: User) -> dict[str, Any]:
    """Two toys: one there, one lent to the mother."""
    toy, lent = (building.place(centre, kind=Resource.Kind.TOY) for _ in range(2))
    with clock.frozen(NOW - timedelta(days=1)):
        loan = lending.lend(lent, mother, due_on=TUESDAY + timedelta(days=7), by=by)
    return {"toy": toy, "loan": loan}


def wednesdays(centre: Centre, staff: dict[str, User], lead: Resource) -> dict[str, Any]:
    """A group that rides on Wednesdays: one child, who is ready, and one who leads the horse. `kin`
    is of the family."""
    by = staff["coordinator"]
    with clock.frozen(NOW - timedelta(days=9)):
        riding = workshops_building.riding(centre)
        lead.services.add(riding.service)
        group = workshops_building.group(
            riding, by=by, lead=lead, starts_at=at(WEDNESDAY, 14), until=MONDAY + 6 * WEEK
        )
        rider = workshops_building.child(centre)
        KinshipWall.objects.create(user=staff["kin"], household=rider.household)
        workshops_building.ready_to_ride(rider, by=by)
        workshops_building.enrol(
            group, rider, by=by, from_on=clock.today(), consent_on=clock.today()
        )
    return {
        "riding_session": group.sessions.order_by("booking__starts_at")[1],
        "rider": rider,
        "helper": workshops_building.volunteer(centre),
    }


def atelier(
    centre: Centre, child: Person, mother: Person, staff: dict[str, User]
) -> dict[str, Any]:
    """A group of three places since last Monday: the child, a proposal, an offer, and one turn.
    `kin` is of all these families too."""
    by = staff["coordinator"]
    others = [workshops_building.child(centre) for _ in range(5)]
    leaving, proposed, offered, waiting, newcomer = others
    KinshipWall.objects.bulk_create(
        KinshipWall(user=staff["kin"], household=one.household) for one in others
    )
    with clock.frozen(NOW - timedelta(days=9)):
        workshop = workshops_building.workshop(centre, capacity=3, is_public=True)
        lead = workshops_building.leader(staff["leader"], workshop)
        staff["psychologist"].resource.services.add(workshop.service)
        group = workshops_building.group(
            workshop, by=by, lead=lead, starts_at=at(MONDAY - WEEK, 8), until=MONDAY + 6 * WEEK
        )

        def enrol(one: Person, carer: Person, **fields: Any) -> Enrolment:
            asked = workshops_building.application(
                group, one, carer=carer, from_on=clock.today(), consent_on=clock.today()
            )
            return enrolling.enrol(asked, by=fields.get("by", by), accepted="by" not in fields)[0]

        mothers = {one: one.carers.get().adult for one in others}
        enrolment = enrol(child, mother)
        place = enrol(leaving, mothers[leaving])
        proposal = enrol(proposed, mothers[proposed], by=staff["psychologist"])
        offer, turn = (enrol(one, mothers[one]) for one in (offered, waiting))
    with clock.frozen(NOW):
        pause_on = MONDAY + 5 * WEEK
        enrolment = pausing.pause(enrolment, from_on=pause_on, until_on=pause_on, by=by)
        enrolling.withdraw(place, on=MONDAY, by=by)
    held = {clock.local(one.booking.starts_at).date(): one for one in group.sessions.all()}
    with clock.frozen(NOW):
        cancelled = sessions.cancel_session(held[MONDAY + 2 * WEEK], by=by)
    for one in (offer, turn):
        one.refresh_from_db()
    return {
        **wednesdays(centre, staff, lead),
        "workshop": workshop,
        "leader": lead,
        "hall": Resource.objects.get(services=workshop.service, kind=Resource.Kind.ROOM),
        "group": group,
        "session": held[MONDAY + WEEK],
        "past_session": held[MONDAY],
        "cancelled_session": cancelled,
        "enrolment": enrolment,
        "proposal": proposal,
        "offer": offer,
        "turn": turn,
        "newcomer": newcomer,
        "newcomer_mother": mothers[newcomer],
    }


def riding_school(centre: Centre, child: Person, staff: dict[str, User]) -> dict[str, Any]:
    """A horse, a volunteer, and a workshop in which children ride."""
    by = staff["coordinator"]
    volunteer = helping.add_volunteer(centre, "Volunteer", skills=["leads_horses"])
    ridden = workshops_building.workshop(centre, minutes=180)
    arena.set_riding(ridden)
    return {
        "ridden": ridden,
        "horse": stable.add_horse(centre, "Horse", carries_kg=Decimal(70)),
        "volunteer": volunteer,
        "help": helping.note_help(volunteer, on=MONDAY, minutes=90, what="paint", by=by),
        "clearance": riders.note_clearance(child, issued_on=MONDAY, by=by),
    }
