"""Who works where: log-ins, roles, what each can do, and when."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from dateutil.relativedelta import relativedelta
from django.contrib.auth.hashers import make_password

from base import clock
from people.models import Centre, Role, User
from scheduling.models import Availability, AvailabilityException, Resource, Service
from scheduling.repeating import Kind, Rhythm, repeat_hours
from scheduling.series.recurrence import Freq, Pattern

PASSWORD = "pristan-demo"  # noqa: S105 - printed at the end of every load
INSTALLER = "install@pristan.example"
INSTRUCTOR = "instructor@stara-zagora.example"

PSYCHOLOGIST = ("psychological-counselling", "family-mediation", "observation", "carer-assessment")
SOCIAL_WORKER = (
    "social-counselling",
    "intermediation",
    "accompaniment",
    "observation",
    "material-support",
    "children-at-risk",
    "families-at-risk",
    "children-from-institutions",
    "carer-assessment",
    "abandonment-prevention",
)
PEDAGOGUE = ("educational-support", "observation", "children-at-risk", "social-counselling")
LAWYER = ("legal-counselling", "intermediation")
MEDIATOR = ("family-mediation", "intermediation", "social-counselling")
THERAPIST = ("occupational-therapy", "educational-support")

Windows = tuple[tuple[range | tuple[int, ...], int, int], ...]
FULL: Windows = ((range(5), 8, 12), (range(5), 13, 18))
EARLY: Windows = ((range(5), 8, 12), (range(5), 13, 16))
LATE: Windows = (((0, 2, 4), 9, 17), ((1, 3), 11, 19))
SATURDAYS: Windows = (*EARLY, ((5,), 9, 14))
MONDAY_AND_TUESDAY: Windows = (((0, 1), 9, 16),)
THURSDAY: Windows = (((3,), 9, 16),)
WEDNESDAY_AND_THURSDAY: Windows = (((2, 3), 9, 16),)

WEDNESDAYS: Windows = (((2,), 13, 18),)


@dataclass(frozen=True)
class Post:
    """A member of staff: first the part of the log-in before the @, then the role there."""

    login: str
    role: Role.Name
    given_name: str
    family_name: str
    skills: tuple[str, ...] = ()
    hours: Windows = ()


R = Role.Name
SP = R.PSYCHOLOGIST
POSTS = {
    "stara-zagora": (
        Post("psychologist", SP, "Мира", "Кестенова", PSYCHOLOGIST, FULL),
        Post("coordinator", R.COORDINATOR, "Радка", "Синигерова", SOCIAL_WORKER, EARLY),
        Post("shelter", R.SHELTER, "Донка", "Върбанова"),
        Post("leader", R.LEADER, "Тихомир", "Ясенов", THERAPIST, EARLY),
        Post("manager", R.MANAGER, "Светла", "Бистрева"),
        Post("data-officer", R.DATA_OFFICER, "Огнян", "Житарски"),
        Post("psychologist-2", SP, "Калин", "Дренов", PSYCHOLOGIST, LATE),
        Post("social-1", SP, "Галя", "Пчеларова", SOCIAL_WORKER, FULL),
        Post("social-2", SP, "Росен", "Изворски", SOCIAL_WORKER, SATURDAYS),
        Post("social-3", SP, "Елица", "Ракитова", SOCIAL_WORKER, LATE),
        Post("pedagogue", SP, "Нели", "Славейска", PEDAGOGUE, EARLY),
        Post("speech", SP, "Яна", "Лалева", ("speech-therapy",), FULL),
        Post("mediator", SP, "Бисер", "Ореховски", MEDIATOR, LATE),
        Post("lawyer", SP, "Албена", "Каменарова", LAWYER, MONDAY_AND_TUESDAY),
        Post("instructor", R.LEADER, "Петра", "Манежева", (), WEDNESDAYS),
    ),
    "kazanlak": (
        Post("psychologist", SP, "Василена", "Драгнева", PSYCHOLOGIST, FULL),
        Post("coordinator", R.COORDINATOR, "Стефка", "Липова", SOCIAL_WORKER, EARLY),
        Post("shelter", R.SHELTER, "Живка", "Соколска"),
        Post("leader", R.LEADER, "Любомир", "Чинаров", THERAPIST, EARLY),
        Post("manager", R.MANAGER, "Данаил", "Ветров"),
        Post("data-officer", R.DATA_OFFICER, "Лилия", "Брезова"),
        Post("psychologist-2", SP, "Момчил", "Равнински", PSYCHOLOGIST, LATE),
        Post("social-1", SP, "Катя", "Къпинова", SOCIAL_WORKER, FULL),
        Post("social-2", SP, "Явор", "Горски", SOCIAL_WORKER, FULL),
        Post("pedagogue", SP, "Биляна", "Звездева", PEDAGOGUE, EARLY),
        Post("speech", SP, "Диана", "Росичкова", ("speech-therapy",), LATE),
        Post("lawyer", SP, "Чавдар", "Борилов", (*LAWYER, *MEDIATOR), WEDNESDAY_AND_THURSDAY),
    ),
    "radnevo": (
        Post("psychologist", SP, "Ралица", "Ливадова", PSYCHOLOGIST, FULL),
        Post("coordinator", R.COORDINATOR, "Златка", "Габерова", SOCIAL_WORKER, EARLY),
        Post("shelter", R.SHELTER, "Румяна", "Камбурова"),
        Post("leader", R.LEADER, "Свилен", "Ягодов", (*THERAPIST, "children-at-risk"), EARLY),
        Post("manager", R.MANAGER, "Снежана", "Полска"),
        Post("data-officer", R.DATA_OFFICER, "Деян", "Трендев"),
        Post("social-1", SP, "Надежда", "Овчарска", (*SOCIAL_WORKER, *MEDIATOR), FULL),
    ),
    "chirpan": (
        Post("psychologist", SP, "Орлин", "Буков", PSYCHOLOGIST, FULL),
        Post("coordinator", R.COORDINATOR, "Милена", "Чешмеджиева", SOCIAL_WORKER, EARLY),
        Post("shelter", R.SHELTER, "Магдалена", "Моравска"),
        Post("leader", R.LEADER, "Юлия", "Мелничарова", (*THERAPIST, "children-at-risk"), EARLY),
        Post("manager", R.MANAGER, "Здравко", "Шипков"),
        Post("data-officer", R.DATA_OFFICER, "Теодора", "Лозарска"),
        Post("social-1", SP, "Венцислав", "Крушев", (*SOCIAL_WORKER, *MEDIATOR), FULL),
    ),
}
VISITORS = {"chirpan": ("lawyer@stara-zagora.example", LAWYER, THURSDAY)}
"""Who of one centre also works in another: the log-in, what for, and when."""


@dataclass
class House:
    """A centre with its people at work, as the inventing needs it."""

    centre: Centre
    services: dict[str, Service]
    staff: dict[str, User] = field(default_factory=dict)
    skilled: dict[str, list[Resource]] = field(default_factory=dict)


def installer() -> User:
    """A superuser, who only installs: without a role she sees nobody."""
    return User.objects.create(
        username=INSTALLER,
        email=INSTALLER,
        first_name="Системен",
        last_name="администратор",
        password=make_password(PASSWORD),
        is_staff=True,
        is_superuser=True,
    )


def hire_all(houses: dict[str, House]) -> None:
    # Hashing takes a fifth of a second, and there is only one password to hash.
    password = make_password(PASSWORD)
    for slug, posts in POSTS.items():
        for post in posts:
            hire(houses[slug], post, password)
    for slug, (login, skills, hours) in VISITORS.items():
        visitor = User.objects.get(username=login)
        appoint(houses[slug], visitor, R.PSYCHOLOGIST)
        put_to_work(houses[slug], visitor.resource, skills, hours)
    make_exceptions(houses["stara-zagora"])


def hire(house: House, post: Post, password: str) -> None:
    username = f"{post.login}@{house.centre.slug}.example"
    user = User.objects.create(
        username=username,
        email=username,
        first_name=post.given_name,
        last_name=post.family_name,
        password=password,
    )
    house.staff[post.login] = user
    appoint(house, user, post.role)
    put_to_work(house, user.resource, post.skills, post.hours)


def appoint(house: House, user: User, role: Role.Name) -> None:
    since = clock.today() - relativedelta(years=1 + len(house.staff) % 4)
    Role.objects.create(user=user, centre=house.centre, name=role, from_on=since)


def put_to_work(
    house: House, specialist: Resource, skills: tuple[str, ...], hours: Windows
) -> None:
    specialist.services.add(*(house.services[code] for code in dict.fromkeys(skills)))
    for code in dict.fromkeys(skills):
        house.skilled.setdefault(code, []).append(specialist)
    Availability.objects.bulk_create(
        Availability(
            resource=specialist,
            centre=house.centre,
            weekday=weekday,
            starts=time(starts),
            ends=time(ends),
        )
        for weekdays, starts, ends in hours
        for weekday in weekdays
    )


def make_exceptions(house: House) -> None:
    """One day off, one afternoon off, and every second Saturday more."""
    today = clock.today()
    monday = today + timedelta(days=7 - today.weekday())
    absent = {
        "pedagogue": (monday + timedelta(days=8), None, None),
        "speech": (monday + timedelta(days=2), time(13), time(18)),
    }
    for login, (on, starts, ends) in absent.items():
        make_exception(house, login, on, available=False, starts=starts, ends=ends)
    saturday = monday + timedelta(days=5)
    pattern = Pattern(Freq.WEEKLY, interval=2, weekdays=(saturday.weekday(),))
    fortnightly = Rhythm(pattern, saturday, time(9), time(13))
    for kind, whose in ((Kind.OPEN, None), (Kind.WORKS, house.staff["psychologist"].resource)):
        repeat_hours(
            kind,
            fortnightly,
            centre_id=house.centre.pk,
            specialist=whose,
            by=house.staff["coordinator"],
        )


def make_exception(
    house: House,
    login: str,
    on: date,
    *,
    available: bool,
    starts: time | None,
    ends: time | None,
) -> None:
    AvailabilityException.objects.create(
        resource=house.staff[login].resource,
        centre=house.centre,
        on=on,
        available=available,
        starts=starts,
        ends=ends,
    )


def put_on_duty_today(house: House) -> None:
    """At a week-end somebody answers the telephone and visits: the demo has no idle day."""
    today = clock.today()
    if today.weekday() >= 5:
        make_exception(house, "psychologist", today, available=True, starts=time(8), ends=time(18))
