"""The program itself under the rig: its web server for the callbacks, its jobs, its rows."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from django.db.models import OuterRef, Subquery

from base import clock
from notifications.models import Delivery, Reminder
from people.models import Centre, ContactCard, Household, Person, User
from scheduling.models import Booking, Modality, Participation
from tests.notifications.chaos.rig import Plan
from tests.notifications.twilio_fake import ACCOUNT, TOKEN
from tests.support import building, clusters
from tests.support.servers import SECRET_KEY


@dataclass
class Program:
    """What the rig puts to the test. Make it while the database may be used: its reminders are
    due from the first moment, by turns two for a number and one."""

    database_url: str
    messages: int
    public_url: str = ""
    wanted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._database = urlsplit(self.database_url).path.removeprefix("/")
        with clusters.using(self._database):
            self.wanted = remind(self.messages)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "tests.notifications.chaos.worker"]

    def environment(self, plan: Plan, twilio_url: str) -> dict[str, str]:
        """Of the workers."""
        return {
            **self.server_environment(plan),
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.public_url,
            "TWILIO_BASE_URL": twilio_url,
        }

    def server_environment(self, plan: Plan) -> dict[str, str]:
        """Of the web server, which serves at its PUBLIC_URL."""
        return {
            "DJANGO_SETTINGS_MODULE": "tests.notifications.chaos.settings",
            "DEBUG": "0",
            "SECRET_KEY": SECRET_KEY,
            "CHAOS_ZONE": noon_zone(),
            "SMS_GATEWAY": "twilio",
            "CHAOS_LEASE": str(plan.lease),
            "CHAOS_GRACE": str(plan.grace),
            "CHAOS_SETTLES": str(plan.grace),
            "SMS_PER_SECOND": "1000",
            "SMS_THREADS": "4",
            "TWILIO_TIMEOUT": str(plan.timeout),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": "Pristan",
        }

    def states(self) -> Counter[tuple[str, str]]:
        """With the cause of the last attempt, or why there was none."""
        last = Delivery.objects.filter(reminder=OuterRef("pk")).order_by("-claimed_at", "-pk")
        with clusters.using(self._database):
            found = Reminder.objects.annotate(cause=Subquery(last.values("status")[:1]))
            return Counter(
                (status, why or cause or "")
                for status, why, cause in found.values_list("status", "why", "cause")
            )


def noon_zone() -> str:
    """A zone in which it is now between noon and one o'clock."""
    east = 12 - clock.now().hour
    return f"Etc/GMT{-east:+d}"  # by POSIX, minus is east


def remind(messages: int) -> Counter[str]:
    """Reminders of appointments tomorrow, due now; how many each number is to get."""
    centre = building.centre()
    service, user = building.service(centre), building.user(centre)
    people = people_of(centre, messages * 2 // 3 + 1)
    cards = ContactCard.objects.bulk_create(card_of(person, n, user) for n, person in people)
    told = [n * 2 // 3 for n in range(messages)]
    tomorrow = clock.now() + timedelta(days=1)
    bookings = Booking.objects.bulk_create(
        Booking(
            kind=Booking.Kind.CONSULTATION,
            centre=centre,
            service=service,
            modality=Modality.ON_SITE,
            status=Booking.Status.CONFIRMED,
            starts_at=tomorrow + timedelta(minutes=15 * (n % 4)),
            ends_at=tomorrow + timedelta(minutes=15 * (n % 4) + 50),
            created_by=user,
            created_at=clock.now() - timedelta(days=7),
        )
        for n in range(messages)
    )
    pairs = [(booking, cards[n]) for booking, n in zip(bookings, told, strict=True)]
    Participation.objects.bulk_create(
        Participation(booking=booking, person=card.person) for booking, card in pairs
    )
    Reminder.objects.bulk_create(
        Reminder(
            booking=booking,
            centre=centre,
            starts_at=booking.starts_at,
            schedule_version=booking.schedule_version,
            kind=Reminder.Kind.ONE_DAY,
            recipient=card.person,
            due_at=clock.now() - timedelta(seconds=1),
        )
        for booking, card in pairs
    )
    return Counter(str(card.phone) for _, card in pairs)


def people_of(centre: Centre, number: int) -> list[tuple[int, Person]]:
    household = Household.objects.create(centre=centre, name="H")
    made = Person.objects.bulk_create(
        Person(centre=centre, household=household, given_name="Person", family_name="Nobody")
        for _ in range(number)
    )
    return list(enumerate(made))


def card_of(person: Person, number: int, staff: User) -> ContactCard:
    """One that allows texts, wherever it is noon."""
    week_ago = clock.now() - timedelta(days=7)
    return ContactCard(
        person=person,
        phone=f"+35988{8_300_000 + number}",
        consent_on=week_ago.date(),
        consent_by=staff,
        verified_at=week_ago,
        safe_to_text=True,
        safety_asked_on=week_ago.date(),
    )
