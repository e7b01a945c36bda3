"""Fills a migrated database: the centre, its past, and its full month."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection
from knox.crypto import hash_token
from knox.models import AuthToken

from base import bulk, clock
from notifications.models import Reminder
from people.models import (
    Carer,
    Case,
    Centre,
    ContactCard,
    EntryBasis,
    Household,
    KinshipWall,
    NoContact,
    OpeningHours,
    Person,
    Role,
    User,
)
from rooms.models import Stay
from scheduling import feeds
from scheduling.catalogue import offer_catalogue
from scheduling.models import (
    Allocation,
    Availability,
    Booking,
    Change,
    Feed,
    Modality,
    Participation,
    Resource,
    Service,
)
from tests.bench import house, world
from tests.bench.asleep import exclusions_asleep
from tests.bench.models import PlainRow
from tests.bench.world import child_id, client_id, room_id, specialist_id

LOADED = (Booking, Participation, Allocation, Change, Reminder)
NUMBERED = (*LOADED, User, Resource, Household, Person, Stay)
"""What brings ids of its own."""

PRESENT = 10_000_000
"""Ids from here on belong to the present: the same in every database, whatever its past."""

COORDINATOR = 500
LONG_AGO = date(2020, 1, 1)

OVERLAPS = """
    SELECT count(*) FROM (
        SELECT lower(period) < lag(upper(period))
                 OVER (PARTITION BY resource_id, lane ORDER BY lower(period)) AS is_early
          FROM scheduling_allocation WHERE active) neighbours
     WHERE is_early
"""


def fill(older: int) -> None:
    """The whole database, with so many older allocations."""
    with connection.schema_editor() as editor:
        editor.create_model(PlainRow)
    centre = staff_and_rooms()
    families(centre)
    lay_out(older // 4)
    with (
        bulk.built_after(LOADED, types=(bulk.FOREIGN, bulk.UNIQUE)),
        exclusions_asleep(LOADED),
    ):
        load()
    bulk.set_sequences(NUMBERED)
    house.fill(centre, years=world.YEARS[older], by=COORDINATOR)
    bulk.set_sequences(NUMBERED)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        assert cursor.fetchone() == (0,)
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
        cursor.execute("CHECKPOINT")


# --- Who and where -------------------------------------------------------------------------------


def staff_and_rooms() -> Centre:
    centre = Centre.objects.create(
        slug="bench", name="Bench", municipality="Stara Zagora", phone="+35942600000"
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(centre=centre, weekday=day, opens=world.OPENS, closes=world.CLOSES)
        for day in range(7)
    )
    services = offer_catalogue(centre)
    numbers = range(world.SPECIALISTS)
    users = User.objects.bulk_create(
        User(
            id=specialist_id(n),
            username=f"specialist-{n}",
            first_name="Specialist",
            last_name=str(n),
            password=make_password(None),
        )
        for n in numbers
    )
    people = Resource.objects.bulk_create(
        Resource(
            id=user.pk,
            public_id=world.public_id("specialist", n),
            kind=Resource.Kind.SPECIALIST,
            name=str(user),
            user=user,
        )
        for n, user in enumerate(users)
    )
    rooms = Resource.objects.bulk_create(
        Resource(
            id=room_id(n),
            public_id=world.public_id("room", n),
            kind=Resource.Kind.ROOM,
            name=f"Room {n}",
            centre=centre,
            seats=4 + n // 4,
        )
        for n in range(world.ROOMS)
    )
    suits = Resource.services.through
    suits.objects.bulk_create(
        suits(resource_id=resource.pk, service_id=service.pk)
        for resource in (*people, *rooms)
        for service in services
        if service.code != world.SERVICE_OF_ONE or resource not in people[1:]
    )
    Availability.objects.bulk_create(
        Availability(
            resource=resource, centre=centre, weekday=day, starts=world.OPENS, ends=world.CLOSES
        )
        for resource in people
        for day in range(5)
    )
    publish_services(services)
    coordinator = User(id=COORDINATOR, username="coordinator", password=make_password(None))
    coordinator.save(force_insert=True)
    Role.objects.bulk_create(
        Role(user=user, centre=centre, name=name, from_on=LONG_AGO)
        for name, users in (
            (Role.Name.PSYCHOLOGIST, users),
            (Role.Name.COORDINATOR, [coordinator]),
        )
        for user in users
    )
    AuthToken(
        digest=hash_token(world.TOKEN), token_key=world.TOKEN[:15], user=coordinator, expiry=None
    ).save()
    Feed.objects.create(
        user=users[0],
        resource=people[0],
        token_hash=feeds.hash_of(world.FEED_TOKEN),
        created_at=world.NOW,
        last_used_at=world.NOW,
    )
    return centre


def publish_services(services: Iterable[Service]) -> None:
    for service in services:
        service.public_id = world.public_id("service", service.code)
        service.updated_at = world.NOW
        service.save(update_fields=["public_id"])
    Service.objects.update(updated_at=world.NOW)


def families(centre: Centre) -> None:
    """Every client with a household, a case whose papers cover everything, and a card that
    allows texts; a child for the first client of each specialist."""
    clients = [
        (client_id(specialist, n), world.public_id("client", f"{specialist} {n}"))
        for specialist in range(world.SPECIALISTS)
        for n in range(world.CLIENTS)
    ]
    Household.objects.bulk_create(
        Household(id=pk, centre=centre, name=f"Household {pk}") for pk, _ in clients
    )
    adults = [person(centre, pk, known, household=pk) for pk, known in clients]
    children = [
        person(
            centre,
            child_id(specialist),
            world.public_id("child", specialist),
            household=client_id(specialist, 0),
            birth_on=date(2018, 3, 1),
        )
        for specialist in range(world.SPECIALISTS)
    ]
    Person.objects.bulk_create([*adults, *children])
    Resource.objects.bulk_create(
        Resource(id=someone.pk, kind=Resource.Kind.PERSON, person=someone, centre=centre)
        for someone in (*adults, *children)
    )
    Carer.objects.bulk_create(
        Carer(child=child, adult_id=child.household_id, relation=Carer.Relation.MOTHER)
        for child in children
    )
    ContactCard.objects.bulk_create(card(adult) for adult in adults)
    papers(centre, adults)
    strangers = adults[5 :: world.CLIENTS]
    NoContact.objects.bulk_create(
        NoContact(one=one, other=other, since_on=LONG_AGO)
        for one, other in zip(strangers[::2], strangers[1::2], strict=True)
    )
    KinshipWall.objects.bulk_create(
        KinshipWall(user_id=specialist_id(n), household_id=client_id((n + 1) % 100, 7))
        for n in range(0, world.SPECIALISTS, 10)
    )


def person(
    centre: Centre, pk: int, known: object, *, household: int, birth_on: date | None = None
) -> Person:
    return Person(
        id=pk,
        public_id=known,
        centre=centre,
        household_id=household,
        given_name="Person",
        family_name=str(pk),
        birth_on=birth_on,
    )


def card(of: Person) -> ContactCard:
    return ContactCard(
        person=of,
        phone="+359888123456",
        consent_on=LONG_AGO,
        verified_at=world.NOW,
        safe_to_text=True,
        safety_asked_on=clock.local(world.NOW).date(),
    )


def papers(centre: Centre, adults: Iterable[Person]) -> None:
    cases = Case.objects.bulk_create(
        Case(
            number=str(adult.pk),
            centre=centre,
            household_id=adult.household_id,
            lead_id=specialist_id((adult.pk - client_id(0, 0)) // world.CLIENTS),
            opened_on=LONG_AGO,
            plan_due_on=LONG_AGO,
            planned_on=LONG_AGO,
        )
        for adult in adults
    )
    bases = EntryBasis.objects.bulk_create(
        EntryBasis(
            case=case,
            route=EntryBasis.Route.REFERRAL,
            document_number=case.number,
            document_on=LONG_AGO,
            valid_from=LONG_AGO,
        )
        for case in cases
    )
    covers = EntryBasis.services.through
    services = Service.objects.filter(code__in=[world.SERVICE, world.GENERAL_SERVICE])
    covers.objects.bulk_create(
        covers(entrybasis_id=basis.pk, service_id=service.pk)
        for service in services
        for basis in bases
    )


# --- Sessions, past and present ------------------------------------------------------------------

SESSIONS = """
    CREATE TEMPORARY TABLE session (
        id bigint, specialist int, client int, child int, room int,
        starts_at timestamptz, ends_at timestamptz, held_until timestamptz
    )
"""
"""By ids of resources; a session with a child is over and was long ago, one without is to come."""

OLDER = """
    INSERT INTO session
    SELECT row_number() OVER (ORDER BY starts_at, specialist),
           %(specialist)s + specialist, %(client)s + specialist * %(clients)s,
           %(child)s + specialist, %(room)s + room,
           starts_at, starts_at + interval '15 minutes', starts_at + interval '15 minutes'
      FROM (SELECT 0 AS specialist, 0 AS room,
                   %(until)s - (n + 1) * interval '15 minutes' AS starts_at
              FROM generate_series(0, %(sessions)s / 2 - 1) n
             UNION ALL
            SELECT 1 + mod(n, %(others)s), 1 + mod(mod(n, %(others)s), %(rooms)s),
                   %(until)s - interval '15 minutes'
                   * (1 + n / %(others)s * %(turns)s + mod(n, %(others)s) / %(rooms)s)
              FROM generate_series(0, %(sessions)s - %(sessions)s / 2 - 1) n) past
"""
"""Half of the past belongs to the first specialist in the first room with one family, back to
back, a quarter of an hour each; the other half to everybody else, who take turns in the rooms."""


def lay_out(older: int) -> None:
    """So many sessions long ago, and the month in which every specialist has 181."""
    others, rooms = world.SPECIALISTS - 1, world.ROOMS - 1
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS)
        cursor.execute(
            OLDER,
            {
                "sessions": older,
                "until": world.OLDER_UNTIL,
                "specialist": specialist_id(0),
                "client": client_id(0, 0),
                "clients": world.CLIENTS,
                "child": child_id(0),
                "room": room_id(0),
                "others": others,
                "rooms": rooms,
                "turns": others // rooms,
            },
        )
        with cursor.copy("COPY session FROM STDIN") as copy:
            for row in month(Random(world.SEED)):
                copy.write_row(row)
        cursor.execute("ANALYZE session")


def month(random: Random) -> Iterator[tuple[object, ...]]:
    """Sessions in order of time, each in the first free room if it is at the centre. The first
    specialist sees every other client there, the others one in ten."""
    starts = sorted(
        (starts_at, specialist)
        for specialist in range(world.SPECIALISTS)
        for day in world.days(world.FIRST, world.LAST)
        for starts_at in scattered(day, random)
    )
    free_from = dict.fromkeys(range(world.ROOMS), world.NOW)
    for number, (starts_at, specialist) in enumerate(starts, PRESENT):
        here = random.random() < (0.1 if specialist else 0.5)
        free = (room for room, since in free_from.items() if since <= starts_at)
        room = next(free, None) if here else None
        if room is not None:
            free_from[room] = starts_at + world.HELD
        yield (
            number,
            specialist_id(specialist),
            client_id(specialist, random.randrange(world.CLIENTS)),
            None,
            None if room is None else room_id(room),
            starts_at,
            starts_at + world.SESSION,
            starts_at + world.HELD,
        )


def scattered(day: date, random: Random) -> list[datetime]:
    """A day's sessions over its half-hours, two each, none over another."""
    number = world.sessions(day)
    half_hours = (world.CLOSES.hour - world.OPENS.hour) * 2
    places = sorted(random.sample(range(half_hours - number), number))
    opens = clock.instant(day, time(world.OPENS.hour))
    return [opens + (place + before) * world.GRID for before, place in enumerate(places)]


# --- Their rows ----------------------------------------------------------------------------------

TWICE = "session, LATERAL (VALUES (0), (1)) twice (number)"
HOLDINGS = """
    session, LATERAL (VALUES (0, 'lead', specialist, held_until), (1, 'person', client, ends_at),
                             (2, 'person', child, ends_at), (3, 'room', room, ends_at)
                     ) held (number, part, resource, until)
    WHERE resource IS NOT NULL ORDER BY id, number
"""
PEOPLE = """
    session, LATERAL (VALUES (0, client), (1, child)) people (number, person)
    WHERE person IS NOT NULL ORDER BY id, number
"""
CHANGES = f"{TWICE} WHERE number = 0 OR child IS NOT NULL ORDER BY id, number"
REMINDERS = f"{TWICE} ORDER BY id, number"


def load() -> None:
    """Everything that the program would have written about the sessions."""
    load_bookings()
    bulk.insert_select(
        Allocation,
        HOLDINGS,
        id="id * 4 + number",
        booking="id",
        resource="resource",
        part="part",
        period="tstzrange(starts_at, until)",
        by_general_access="false",
    )
    bulk.insert_select(
        Participation,
        PEOPLE,
        id="id * 2 + number",
        booking="id",
        person="person",
        outcome=either(Participation.Outcome.ATTENDED, ""),
    )
    load_notes()


def load_bookings() -> None:
    """All of the specialised service: who looks for a family's first session by general access
    must not read all the others to find that there is none."""
    service = Service.objects.get(code=world.SERVICE)
    bulk.insert_select(
        Booking,
        "session ORDER BY id",
        id="id",
        public_id="md5('booking ' || id)::uuid",
        kind=quoted(Booking.Kind.CONSULTATION),
        centre=str(service.centre_id),
        service=str(service.pk),
        modality=f"CASE WHEN room IS NULL THEN {quoted(Modality.PHONE)}"
        f" ELSE {quoted(Modality.ON_SITE)} END",
        status=either(Booking.Status.CLOSED, Booking.Status.CONFIRMED),
        starts_at="starts_at",
        ends_at="ends_at",
        created_by=str(COORDINATOR),
        created_at="starts_at - interval '60 days'",
    )


def load_notes() -> None:
    """What was done, and what was or will be told."""
    bulk.insert_select(
        Change,
        CHANGES,
        id="id * 2 + number",
        booking="id",
        what=f"CASE number WHEN 0 THEN {quoted(Change.What.BOOKED)}"
        f" ELSE {quoted(Change.What.OUTCOME)} END",
        by=str(COORDINATOR),
        at="starts_at - (1 - number) * interval '60 days'",
        version="1 + number",
    )
    bulk.insert_select(
        Reminder,
        REMINDERS,
        id="id * 2 + number",
        public_id="md5('reminder ' || id || ' ' || number)::uuid",
        booking="id",
        centre=str(Service.objects.get(code=world.SERVICE).centre_id),
        starts_at="starts_at",
        schedule_version="1",
        kind=f"CASE number WHEN 0 THEN {quoted(Reminder.Kind.THREE_DAYS)}"
        f" ELSE {quoted(Reminder.Kind.ONE_DAY)} END",
        recipient="client",
        due_at="starts_at - interval '1 day'",
        status=either(Reminder.Status.SENT, Reminder.Status.PLANNED),
    )


def either(past: str, future: str) -> str:
    return f"CASE WHEN child IS NULL THEN {quoted(future)} ELSE {quoted(past)} END"


def quoted(text: str) -> str:
    return f"'{text}'"
