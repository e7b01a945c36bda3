"""The pages in a real browser: fit to read, to reach by keyboard, and to use without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from base import clock
from notifications import editing
from notifications.wording import Slot
from people.models import Case, Centre, Person, Role, User
from rooms import reserving as rooms_reserving
from rooms.models import Stay
from scheduling import hours, services
from scheduling.models import Booking, Modality, RepeatingHours, Resource, Series, Service
from scheduling.planning import Wish
from scheduling.series.making import Repetition, create_series
from scheduling.series.recurrence import Freq, Pattern
from tests.rooms import building as rooms_building
from tests.support import building
from tests.support.houses import fortnightly
from tests.workshops import building as workshops_building
from workshops import (
    arena,
    boards,
    enrolling,
    groups,
    helping,
    pausing,
    selectors,
    sessions,
    stable,
)
from workshops.models import Enrolment, Group, Helper, Session
from workshops.riding.facts import Ride

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-password-for-tests"
WIDTHS = {"wide": (1400, 900), "narrow": (390, 844)}
MOST_TABS = 80
ADDRESS = re.compile(r"^https?://.*/feeds/[\w-]+\.ics$")


@dataclass
class World:
    """A centre as it is today: a session on the last working day, one ahead, and a hold."""

    centre: Centre
    service: Service
    specialist: Resource
    mother: Person
    child: Person
    stranger: Person
    case: Case
    past: Booking
    ahead: Booking
    hold: Booking
    series: Series
    hours: RepeatingHours
    unit: Resource
    stay: Stay
    held: Stay
    group: Group
    """With somebody in it who comes, is proposed, is offered a place, and waits."""
    off: Session
    """Cancelled."""
    begun: Session
    helper: Helper
    riding: Session
    """Somebody is drawn on its board."""
    staff: dict[str, User]


def workday(start: date, step: int) -> date:
    """The first ordinary working day after `start`, or before it when `step` is -1."""
    day = start + timedelta(days=step)
    while day.weekday() > 4 or hours.public_holidays(day, day):
        day += timedelta(days=step)
    return day


@pytest.fixture
def world() -> World:
    centre = building.centre("browsed")
    service = building.service(centre, step=30)
    saturday = clock.today() + timedelta(days=12 - clock.today().weekday())
    lead = building.specialist(centre, [service])
    building.place(centre, [service])
    mother = building.person(centre)
    child = building.person(centre, household=mother.household, birth_on=date(2019, 5, 1))
    building.carer(child, mother)
    building.card(mother, safety_asked_on=clock.today())
    case = building.case(mother, services=[service])
    Case.objects.filter(pk=case.pk).update(lead=lead.user)
    people: dict[str, User] = {role.value: building.user(centre, role) for role in Role.Name}
    assert lead.user
    people["psychologist"] = lead.user
    for user in people.values():
        user.set_password(PASSWORD)
        user.save()
    past = workday(clock.today(), -1)
    soon = workday(clock.today() + timedelta(days=6), 1)

    def book(day: date, hour: int, **fields: Any) -> Booking:
        starts_at = building.at(day, hour)
        with clock.frozen(min(clock.now(), starts_at - timedelta(days=5))):
            wish = Wish(service, starts_at, lead, (mother, child), Modality.ON_SITE, **fields)
            return services.book(wish, by=people["coordinator"])

    unit = rooms_building.unit(centre, features=["ground_floor"])
    family = rooms_building.family(centre, ages=[0, 5])
    rooms_building.unit(centre)
    stay = rooms_building.resident(unit, family, people["shelter"])
    held = rooms_reserving.hold_unit(
        rooms_building.ask(centre, rooms_building.nights(0, 3)), by=people["shelter"]
    )
    return World(
        centre=centre,
        service=service,
        specialist=lead,
        mother=mother,
        child=child,
        stranger=building.person(centre),
        case=case,
        past=book(past, 10),
        ahead=book(soon, 10),
        hold=book(soon, 12, hold=True),
        hours=fortnightly(lead, centre, saturday, by=people["coordinator"]),
        series=repeated(service, lead, mother, building.at(soon, 15), by=people["coordinator"]),
        unit=unit,
        stay=stay,
        held=held,
        **grouped(centre, people["coordinator"]),
        helper=helped(centre, people["coordinator"]),
        riding=stabled(centre, people["coordinator"]),
        staff=people,
    )


def repeated(
    service: Service, lead: Resource, person: Person, starts_at: datetime, *, by: User
) -> Series:
    """Four weeks of it, the second cancelled."""
    weekly = Pattern(Freq.WEEKLY, weekdays=(clock.local(starts_at).weekday(),))
    wish = Wish(service, starts_at, lead, (person,), Modality.ON_SITE)
    series = create_series(wish, Repetition(weekly, count=4), by=by, skipping=True)
    second = Booking.objects.filter(term__series=series).order_by("starts_at")[1]
    services.cancel_booking(second, by=by, party=Booking.Party.CLIENT)
    return series


def grouped(centre: Centre, by: User) -> dict[str, Any]:
    """A group of three places that meets on every working day since a week ago."""
    workshop = workshops_building.workshop(
        centre, capacity=3, least_age=5, doubtful_age=11, is_public=True
    )
    days = [clock.today() + timedelta(days=n) for n in range(-7, 22)]
    with clock.frozen(building.at(days[0] - timedelta(days=7), 8)):
        group = groups.open_group(
            replace(
                workshops_building.timetable(
                    workshop, starts_at=building.at(days[0], 13), until=days[-1]
                ),
                repetition=Repetition(Pattern(Freq.DAILY), until=days[-1]),
            ),
            by=by,
            skipping=True,
        )
        children = [workshops_building.child(centre, age=11) for _ in range(6)]

        def enrol(*who: Person, accepted: bool = True) -> list[Enrolment]:
            asked = workshops_building.application(group, *who, from_on=clock.today())
            asked = replace(asked, consent_on=clock.today(), leaving_out=True)
            return enrolling.enrol(asked, by=by, accepted=accepted)

        comes, leaves = enrol(*children[:2])
        enrol(children[2], accepted=False)
        for child in children[3:]:
            enrol(child)
    enrolling.withdraw(leaves, on=clock.today(), by=by, reason="-")
    pausing.pause(comes, from_on=days[9], until_on=days[10], by=by)
    ahead = selectors.sessions_ahead(group)
    begun = group.sessions.filter(booking__starts_at__lt=clock.now()).order_by("pk")[0]
    return {"group": group, "off": sessions.cancel_session(ahead[1], by=by), "begun": begun}


def helped(centre: Centre, by: User) -> Helper:
    """A volunteer who comes on Wednesdays and has painted the fence."""
    helper = helping.add_volunteer(centre, "Ива", skills=["leads_horses", "art"])
    helping.set_availability(
        helper,
        weekly=[helping.Weekly(2, time(14), time(17))],
        dates=[helping.OnDate(clock.today() + timedelta(days=9), available=False)],
    )
    helping.note_help(helper, on=clock.today(), minutes=90, what="Боядисване", by=by)
    return helper


def stabled(centre: Centre, by: User) -> Session:
    """A horse that the vet will see, and an afternoon of riding whose board breaks rules."""
    horse = stable.add_horse(centre, "Звездел", carries_kg=Decimal(70))
    vet_at = building.at(clock.today() + timedelta(days=3), 9)
    stable.send_away(
        horse,
        starts_at=vet_at,
        ends_at=vet_at + timedelta(hours=2),
        reason=Booking.BlockReason.VET,
        by=by,
    )
    riding = workshops_building.workshop(centre, minutes=180)
    arena.set_riding(riding)
    first = workday(clock.today() + timedelta(days=7), 1)
    group = workshops_building.group(
        riding, by=by, starts_at=building.at(first, 14), until=first + timedelta(days=7)
    )
    child = workshops_building.child(centre)
    asked = workshops_building.application(group, child, from_on=clock.today())
    asked = replace(asked, consent_on=clock.today(), leaving_out=True)
    enrolling.enrol(asked, by=by, accepted=True)
    session = group.sessions.order_by("booking__starts_at")[0]
    ride = Ride(str(child.public_id), str(horse.public_id), 14 * 60)
    boards.draw(session, [ride], by=by, version=1)
    return session


Opener = Callable[..., BrowserContext]


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Opener]:
    """Open a window: `opened(user, width="narrow", java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []

    def opener(user: User | None = None, *, width: str = "wide", **options: Any) -> BrowserContext:
        across, down = WIDTHS[width]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": across, "height": down},
            locale="bg-BG",
            **options,
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
        return context

    yield opener
    for context in contexts:
        context.close()


def visit_asked(world: World) -> dict[str, Any]:
    return {
        "person": world.mother.public_id,
        "service-1": world.service.public_id,
        "people-1": world.mother.public_id,
        "service-2": world.service.public_id,
        "people-2": world.child.public_id,
    }


def text_of(world: World, level: str = "plain") -> UUID:
    return editing.id_of(world.centre.public_id, Slot("reminder", level, "bg", "cyrillic"))


def group_asked(world: World) -> dict[str, Any]:
    term = world.group.series.terms.get()
    return {
        "workshop": world.group.workshop.public_id,
        "name": "Нова",
        "on": f"{clock.today() + timedelta(days=7):%d.%m.%Y}",
        "at": "13:30",
        "weekdays": [0, 6],
        "until": f"{clock.today() + timedelta(days=28):%d.%m.%Y}",
        "lead": term.lead.public_id,
    }


def ahead_of(world: World) -> Session:
    return selectors.sessions_ahead(world.group)[2]


def pages_of(world: World) -> list[tuple[str, str]]:
    """A role and an address for every page."""
    asked = {"service": world.service.public_id, "person": world.mother.public_id}
    day = f"{clock.local(world.past.starts_at):%d.%m.%Y}"
    hour = {
        **asked,
        "modality": Modality.ON_SITE,
        "specialist": world.specialist.public_id,
        "starts_at": f"{world.ahead.starts_at + timedelta(hours=4):%Y-%m-%dT%H:%MZ}",
    }
    person = f"/people/{world.mother.public_id}/"
    ahead = f"/bookings/{world.ahead.public_id}/"
    gone = {**hour, "starts_at": f"{world.ahead.starts_at:%Y-%m-%dT%H:%MZ}"}
    return [
        ("", "/accounts/login/"),
        ("psychologist", "/"),
        ("psychologist", f"/?on={day}"),
        ("coordinator", f"/?on={day}"),
        ("psychologist", "/find/"),
        ("psychologist", "/find/?q=Person"),
        ("psychologist", f"/find/?{urlencode(asked)}"),
        ("psychologist", f"/find/book/?{urlencode(hour)}"),
        ("coordinator", f"/find/book/?{urlencode(hour | {'person': world.child.public_id})}"),
        ("psychologist", f"/find/book/?{urlencode(gone)}"),
        ("psychologist", f"/visit/?person={world.mother.public_id}"),
        ("psychologist", f"/visit/?{urlencode(visit_asked(world))}"),
        ("psychologist", f"/find/repeat/?{urlencode(hour)}"),
        ("psychologist", f"/find/repeat/?{urlencode(gone | {'interval': 0})}"),
        ("coordinator", f"/find/repeat/?{urlencode(gone)}"),
        ("psychologist", f"/series/{world.series.public_id}/"),
        ("coordinator", f"/series/{world.series.public_id}/"),
        ("psychologist", ahead),
        ("psychologist", f"{ahead}move/"),
        ("psychologist", f"/bookings/{world.past.public_id}/"),
        ("psychologist", f"/bookings/{world.hold.public_id}/"),
        ("psychologist", "/people/?q=Person"),
        ("psychologist", person),
        ("psychologist", f"/people/{world.stranger.public_id}/"),
        ("psychologist", f"{person}card/"),
        ("coordinator", f"{person}case/"),
        ("coordinator", f"{person}ties/?q=Person"),
        ("coordinator", f"/people/{world.child.public_id}/ties/?q=Person"),
        ("psychologist", f"{person}ties/"),
        ("psychologist", f"/cases/{world.case.public_id}/document/"),
        ("psychologist", f"/people/new/?family={world.mother.public_id}"),
        ("psychologist", "/me/calendar/"),
        ("psychologist", "/block/"),
        ("psychologist", f"/absence/?until_on={clock.local(world.ahead.starts_at):%d.%m.%Y}"),
        ("coordinator", "/absence/"),
        ("psychologist", "/hours/"),
        ("coordinator", "/hours/"),
        ("coordinator", "/unreached/"),
        ("coordinator", "/effect/"),
        ("coordinator", "/effect/?outside=on"),
        ("coordinator", "/effect/?from_on=?"),
        ("coordinator", "/effect/behind/?lead=3-6&group=not&came=attended"),
        ("coordinator", "/effect/behind/"),
        ("coordinator", f"/hours/{world.hours.public_id}/"),
        ("psychologist", "/accounts/password/change/"),
        ("psychologist", "/accounts/2fa/"),
        ("psychologist", "/nothing/"),
        ("shelter", "/tonight/"),
        ("shelter", "/board/"),
        ("shelter", "/board/?days=90"),
        ("psychologist", "/board/"),
        ("shelter", f"/units/{world.unit.public_id}/"),
        ("shelter", "/stays/new/?adults=1&ages=0,5&from_on="),
        ("shelter", "/stays/new/?adults=9&from_on="),
        ("shelter", f"/stays/new/?unit={world.unit.public_id}&q=Person"),
        ("shelter", "/stays/waiting/"),
        ("manager", f"/stays/{world.stay.public_id}/"),
        ("shelter", f"/stays/{world.held.public_id}/?q=Person"),
        ("shelter", "/toys/?q=Person"),
        ("manager", "/texts/"),
        ("manager", f"/texts/{text_of(world)}/"),
        ("leader", "/"),
        ("leader", "/find/"),
        ("data-officer", "/"),
        ("data-officer", "/access/"),
        ("coordinator", "/outbox/"),
        ("coordinator", f"/sessions/{world.riding.public_id}/board/"),
        ("coordinator", f"/sessions/{world.riding.public_id}/board/?line=0"),
        ("coordinator", "/horses/"),
        ("leader", "/horses/"),
        ("coordinator", "/helpers/"),
        ("coordinator", f"/helpers/{world.helper.public_id}/"),
        ("leader", f"/helpers/{world.helper.public_id}/"),
        ("leader", f"/helpers/{world.helper.public_id}/sheet/"),
        ("psychologist", f"{person}riding/"),
        ("coordinator", f"/people/{world.child.public_id}/riding/"),
        ("coordinator", "/workshops/"),
        ("leader", "/workshops/?from=?"),
        ("coordinator", "/workshops/offered/"),
        ("leader", "/workshops/offered/"),
        ("coordinator", "/workshops/new/"),
        ("manager", "/workshops/new/?code=fitness"),
        ("coordinator", f"/workshops/{world.group.workshop.public_id}/"),
        ("psychologist", f"/workshops/{world.group.workshop.public_id}/"),
        ("coordinator", f"/me/calendar/?of={world.group.series.public_id}"),
        ("coordinator", f"/groups/{world.group.public_id}/?q=Person"),
        ("data-officer", f"/groups/{world.group.public_id}/"),
        ("psychologist", f"/groups/{world.group.public_id}/"),
        ("coordinator", "/groups/new/"),
        ("coordinator", f"/groups/new/?workshop={world.group.workshop.public_id}"),
        ("manager", f"/groups/new/?{urlencode(group_asked(world), True)}"),
        ("coordinator", f"/sessions/{world.begun.public_id}/"),
        ("coordinator", f"/sessions/{world.begun.public_id}/sheet/"),
        ("coordinator", f"/sessions/{ahead_of(world).public_id}/"),
        ("coordinator", f"/sessions/{world.off.public_id}/"),
        ("data-officer", f"/sessions/{world.off.public_id}/"),
    ]


def listen(page: Page) -> list[str]:
    """What the browser complains of: scripts that break, and what the policy forbids."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def heard(message: Any) -> None:
        refused = message.text.startswith("Failed to load resource: the server responded")
        if message.type in {"error", "warning"} and not refused:
            complaints.append(message.text)

    page.on("console", heard)
    return complaints


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


ROLES = ("", "psychologist", "coordinator", "manager", "leader", "data-officer")
READERS = [
    pytest.param(
        role, width, marks=() if width == "wide" or role == "coordinator" else pytest.mark.full
    )
    for role in ROLES
    for width in WIDTHS
]
"""Whose pages are looked at, and how wide. A coordinator is shown nearly all that there is."""


@pytest.mark.parametrize(("role", "width"), READERS)
def test_every_page_can_be_read_by_everybody(
    role: str, width: str, world: World, opened: Opener
) -> None:
    findings: dict[str, list[str]] = {}
    page = opened(world.staff.get(role), width=width).new_page()
    complaints = listen(page)
    for path in [path for reader, path in pages_of(world) if reader == role]:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found = serious(page) + complaints
        if wider > 0:
            found.append(f"{wider} pixels too wide")
        if found:
            findings[path] = found
        complaints.clear()
    assert findings == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_new_calendar_address_can_be_read(width: str, world: World, opened: Opener) -> None:
    page = opened(world.staff["psychologist"], width=width).new_page()
    complaints = listen(page)
    page.goto("/me/calendar/")
    page.get_by_role("button", name="Създай адреса").click()
    expect(page.locator("#feed-url")).to_have_value(ADDRESS)
    assert serious(page) + complaints == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what matches has the focus, which must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            break
    else:
        raise AssertionError(f"The keyboard does not reach {selector}")
    width = page.evaluate(
        """() => {
            const element = document.activeElement;
            const style = getComputedStyle(element.closest(".chip") ?? element);
            return parseFloat(style.outlineWidth) || style.boxShadow !== "none";
        }"""
    )
    assert width, f"Nobody sees that {selector} has the focus"


@pytest.mark.parametrize("width", WIDTHS)
def test_an_hour_is_booked_by_the_keyboard_alone(width: str, world: World, opened: Opener) -> None:
    page = opened(width=width).new_page()
    complaints = listen(page)
    page.goto("/")
    page.keyboard.type(world.staff["psychologist"].username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("nav.places").wait_for()
    tab_to(page, "a[href='/find/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/")
    tab_to(page, "#id_service")
    page.keyboard.press("ArrowDown")
    page.locator("#id_specialist").wait_for()
    tab_to(page, "#id_q")
    page.keyboard.type(world.mother.family_name)
    candidate = f"#person-{world.mother.public_id}"
    page.locator(candidate).wait_for()
    tab_to(page, candidate)
    page.keyboard.press("Space")
    page.locator(f".chips {candidate}").wait_for()
    # The focus stays with the person, who is a chip now.
    assert page.evaluate("document.activeElement.id") == candidate[1:]
    tab_to(page, "a.hour")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/book/**")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bookings/**")
    booking = Booking.objects.latest("pk")
    assert str(booking.public_id) in page.url
    assert list(booking.participations.values_list("person", flat=True)) == [world.mother.pk]
    assert complaints == []


def test_an_hour_is_booked_and_closed_without_scripts(world: World, opened: Opener) -> None:
    page = opened(java_script_enabled=False).new_page()
    page.goto("/")
    page.locator("#id_login").fill(world.staff["psychologist"].username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").click()
    page.locator("a[href='/find/']").first.click()
    page.locator("#id_service").select_option(str(world.service.public_id))
    page.locator("#id_q").fill(world.mother.family_name)
    page.locator("#question > button").click()
    page.locator(f"#person-{world.mother.public_id}").check()
    page.locator("#question > button").click()
    page.locator("a.hour").first.click()
    page.locator("main form button").first.click()
    assert "/bookings/" in page.url
    assert Booking.objects.latest("pk").participations.get().person == world.mother

    page.goto(f"/?on={clock.local(world.past.starts_at):%d.%m.%Y}")
    page.locator(f"#session-{world.past.public_id} .outcomes > form button").click()
    assert Booking.objects.get(pk=world.past.pk).status == Booking.Status.CLOSED


def test_a_session_is_closed_in_two_clicks_in_its_place(world: World, opened: Opener) -> None:
    page = opened(world.staff["psychologist"]).new_page()
    complaints = listen(page)
    page.goto(f"/?on={clock.local(world.past.starts_at):%d.%m.%Y}")
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))
    session = page.locator(f"#session-{world.past.public_id}")
    session.locator("summary").click()
    session.locator("button[value=attended]").nth(1).click()
    expect(page.locator("#messages .success")).to_be_visible()
    expect(session.locator(".outcome.attended")).to_have_count(1)
    assert (loads, complaints) == ([], [])


def test_who_was_logged_out_meanwhile_is_asked_to_log_in(world: World, opened: Opener) -> None:
    context = opened(world.staff["psychologist"])
    page = context.new_page()
    page.goto("/find/")
    context.clear_cookies()
    page.locator("#id_service").select_option(str(world.service.public_id))
    expect(page.locator("#id_login")).to_be_visible()


def test_no_page_about_people_stays_in_the_browser(world: World, opened: Opener) -> None:
    page = opened(world.staff["psychologist"]).new_page()
    page.goto("/find/")
    page.locator("#id_service").select_option(str(world.service.public_id))
    page.locator("#id_specialist").wait_for()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert world.mother.family_name not in kept
    assert "htmx-history-cache" not in kept or '"htmx-history-cache":"[]"' in kept


def test_a_day_is_printed_without_its_buttons(world: World, opened: Opener) -> None:
    page = opened(world.staff["psychologist"]).new_page()
    page.goto(f"/?on={clock.local(world.past.starts_at):%d.%m.%Y}")
    page.emulate_media(media="print")
    expect(page.locator(f"#session-{world.past.public_id}")).to_be_visible()
    expect(page.locator("header.frame")).to_be_hidden()
    expect(page.locator(".session .actions").first).to_be_hidden()


def test_a_text_is_tried_out_while_it_is_typed(world: World, opened: Opener) -> None:
    page = opened(world.staff["manager"]).new_page()
    complaints = listen(page)
    page.goto(f"/texts/{text_of(world)}/")
    preview = page.locator("#preview")
    page.locator("#id_text").fill("Чакаме Ви на {date} г. в {time} ч.")
    expect(preview).to_contain_text("Chakame Vi na 23.09.2026 g. v 10:30 ch.")
    page.locator("#id_text").fill("Час при психолог: {date}, {time}")
    expect(preview.locator(".error")).to_be_visible()
    assert serious(page) + complaints == []
    page.locator("#id_text").fill("Чакаме Ви на {date} г. в {time} ч.")
    page.locator("button[value=save]").click()
    expect(page.locator("main .rows").first).to_be_visible()
    assert page.get_by_text("Чакаме Ви на 23.09.2026 г. в 10:30 ч.").first.is_visible()


def test_a_text_is_worded_without_scripts(world: World, opened: Opener) -> None:
    page = opened(world.staff["manager"], java_script_enabled=False).new_page()
    page.goto(f"/texts/{text_of(world)}/")
    page.locator("#id_text").fill("Чакаме Ви на {date} г. в {time} ч.")
    page.locator("button[value=preview]").click()
    expect(page.locator("#preview")).to_contain_text("Chakame Vi na 23.09.2026 g. v 10:30 ch.")
    page.locator("button[value=save]").click()
    assert page.get_by_text("Чакаме Ви на 23.09.2026 г. в 10:30 ч.").first.is_visible()
