"""Who worked in the house over the years: posts that were filled one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from base import clock
from desk.demo import names, staff
from desk.demo.past import Past
from desk.demo.past.ledger import Ledger
from desk.demo.staff import SP, House, R, Windows
from people.models import Role, User
from scheduling.models import Availability, Resource

PROFILES: tuple[tuple[tuple[str, ...], Windows], ...] = (
    (staff.SOCIAL_WORKER, staff.FULL),
    (staff.PSYCHOLOGIST, staff.LATE),
    (staff.SOCIAL_WORKER, staff.EARLY),
    (("speech-therapy",), staff.FULL),
    (staff.PSYCHOLOGIST, staff.FULL),
    (staff.PEDAGOGUE, staff.FULL),
    (staff.SOCIAL_WORKER, staff.SATURDAYS),
    (staff.MEDIATOR, staff.LATE),
    (staff.SOCIAL_WORKER, staff.LATE),
    (staff.LAWYER, staff.FULL),
    (staff.PSYCHOLOGIST, staff.EARLY),
    (staff.THERAPIST, staff.FULL),
)
"""What specialists can do and when they work, in turn: the first twelve can do everything."""

OTHERS = (R.COORDINATOR, R.SHELTER, R.SHELTER, R.MANAGER)
THERE_FROM_THE_START = 0.4
"""Of all posts; the others were opened over the years."""


@dataclass(frozen=True)
class Post:
    """A post to be filled, since when there is one."""

    role: Role.Name
    since: date
    skills: tuple[str, ...] = ()
    hours: Windows = ()


@dataclass(frozen=True)
class Colleague:
    """Somebody in a post: `[since, until]`, open while she is there."""

    user: User
    resource: Resource
    post: Post
    since: date
    until: date | None

    def was_there(self, first: date, last: date) -> bool:
        """On some of these days, both included."""
        return self.since <= last and (self.until is None or first <= self.until)


class Register:
    """Hires, in a fixed order from one source of chance."""

    def __init__(self, house: House, past: Past, rng: Random, ledger: Ledger) -> None:
        self.house, self.past, self.rng, self.ledger = house, past, rng, ledger
        self.begins = clock.today() - timedelta(days=365 * past.years + past.years // 4)
        self.password = make_password(staff.PASSWORD)
        self.names, self.numbers = self.draw_names(), count(1)

    def hire_all(self) -> list[Colleague]:
        """Everybody who ever worked here beside those who log in by their role."""
        posts = [*self.posts_of_specialists(), *(Post(role, self.begins) for role in OTHERS)]
        days = sum((clock.today() - post.since).days for post in posts)
        lasts = days / max(1, self.past.hired - len(posts) / 2)
        return [one for post in posts for one in self.fill(post, lasts)]

    def posts_of_specialists(self) -> Iterator[Post]:
        """As many as are needed beside the specialists whom the house has today."""
        wanted = self.past.specialists - specialists_of(self.house)
        whole = (clock.today() - self.begins).days
        for place in range(wanted):
            later = max(0.0, place / wanted - THERE_FROM_THE_START)
            since = self.begins + timedelta(days=int(whole * later))
            yield Post(SP, since, *PROFILES[place % len(PROFILES)])

    def fill(self, post: Post, lasts: float) -> Iterator[Colleague]:
        """One after the other, each for about so many days, the last until today and on."""
        since: date | None = post.since
        while since:
            gone_on = since + timedelta(days=int(lasts * self.rng.uniform(0.5, 1.5)))
            stays = gone_on > clock.today() - timedelta(days=120)
            yield self.hire(post, since, None if stays else gone_on - timedelta(days=1))
            since = None if stays else gone_on

    def hire(self, post: Post, since: date, until: date | None) -> Colleague:
        given_name, family_name = next(self.names)
        username = f"colleague-{next(self.numbers):03}@{self.house.centre.slug}.example"
        user = self.ledger.enter(
            User(
                username=username,
                email=username,
                first_name=given_name,
                last_name=family_name,
                password=make_password(None) if until else self.password,
                is_active=until is None,
                date_joined=clock.midnight(since),
            )
        )
        resource = self.ledger.enter(
            Resource(
                kind=Resource.Kind.SPECIALIST,
                user=user,
                name=user.get_full_name(),
                is_active=until is None,
            )
        )
        role = Role(
            user=user, centre=self.house.centre, name=post.role, from_on=since, until_on=until
        )
        self.ledger.enter_known(role, at=clock.midnight(since))
        self.put_to_work(resource, post, since, until)
        return Colleague(user, resource, post, since, until)

    def put_to_work(self, one: Resource, post: Post, since: date, until: date | None) -> None:
        gives = Resource.services.through
        self.ledger.enter_all(
            gives(resource_id=one.pk, service_id=self.house.services[code].pk)
            for code in dict.fromkeys(post.skills)
        )
        self.ledger.enter_all(
            Availability(
                resource=one,
                centre=self.house.centre,
                weekday=weekday,
                starts=time(starts),
                ends=time(ends),
                valid_from=since,
                valid_until=until,
            )
            for weekdays, starts, ends in post.hours
            for weekday in weekdays
        )

    def draw_names(self) -> Iterator[tuple[str, str]]:
        """No two alike."""
        pairs = [
            *((given, names.feminine(family)) for given in names.WOMEN for family in names.STAFF),
            *((given, family) for given in names.MEN[::4] for family in names.STAFF),
        ]
        return iter(self.rng.sample(pairs, len(pairs)))


def specialists_of(house: House) -> int:
    today = clock.today()
    roles = Role.objects.filter(centre=house.centre, name=SP, from_on__lte=today)
    there = roles.filter(Q(until_on=None) | Q(until_on__gte=today))
    return there.values("user").distinct().count()
