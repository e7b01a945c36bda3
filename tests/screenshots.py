"""Pictures of every page on a demo database: `make screenshots`, or `python -m tests.screenshots`.

They go to var/screenshots/<width>/; the README's picture to docs/today.png with `--readme`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from base import clock
from tests.scheduling.incoming import files
from tests.support import browsers, clusters, servers

ROOT = clusters.ROOT
TARGET = ROOT / "var" / "screenshots"
WIDTHS = {1400: 900, 390: 844}
PASSWORD = "pristan-demo"
CENTRE = "stara-zagora"

Steps = list[tuple[str, Callable[["Visit"], None]]]


class Visit:
    """A logged-in reader of the demo, who knows a few things of it by its API."""

    def __init__(self, page: Page, role: str) -> None:
        self.page = page
        self.role = role
        page.goto("/accounts/login/")
        page.get_by_label("Потребителско име").fill(f"{role}@{CENTRE}.example")
        page.get_by_label("Парола").fill(PASSWORD)
        page.get_by_role("button", name="Вход").click()
        page.wait_for_load_state()

    def api(self, path: str, **asked: Any) -> Any:
        answer = self.page.request.get(f"/api/v1/{path}?{urlencode(asked, doseq=True)}")
        assert answer.ok, answer.text()
        return answer.json()

    def bookings(self, *statuses: str) -> list[Any]:
        found = self.api("bookings/", status=statuses, page_size=500)["results"]
        return [booking for booking in found if booking["service"]]

    def service(self) -> Any:
        services = self.api("services/", page_size=100)["results"]
        return next(s for s in services if s["code"] == "psychological-counselling")

    def one_family(self) -> list[str]:
        """A child and a parent who come together, or the nearest thing to it."""
        several = [b for b in self.bookings("closed", "confirmed") if len(b["people"]) > 1]
        return [person["id"] for person in several[-1]["people"]]


def today(visit: Visit) -> None:
    """The next day with work in it: the demo is made at any time of the week."""
    ahead = [b["starts_at"] for b in visit.bookings("confirmed") if b["starts_at"] > now()]
    visit.page.goto(f"/?on={ahead[0][:10]}" if ahead else "/")


def now() -> str:
    return clock.local(clock.now()).isoformat()


def last_day(visit: Visit) -> None:
    done = [b["starts_at"] for b in visit.bookings("confirmed", "closed") if b["starts_at"] < now()]
    visit.page.goto(f"/?on={done[-1][:10]}" if done else "/")
    for summary in visit.page.locator(".others summary").all()[:1]:
        summary.click()


def found(visit: Visit) -> None:
    visit.page.goto(
        "/find/?"
        + urlencode({"service": visit.service()["id"], "person": visit.one_family()}, True)
    )


def any_specialist(visit: Visit) -> None:
    visit.page.goto(
        "/find/?"
        + urlencode(
            {"service": visit.service()["id"], "specialist": "", "person": visit.one_family()}, True
        )
    )


def nothing_free(visit: Visit) -> None:
    saturday = clock.today() + timedelta(days=(5 - clock.today().weekday()) % 7)
    days = {"begins": f"{saturday:%d.%m.%Y}", "ends": f"{saturday + timedelta(days=1):%d.%m.%Y}"}
    visit.page.goto("/find/?" + urlencode({"service": visit.service()["id"], **days}))


def typing_a_name(visit: Visit) -> None:
    visit.page.goto("/find/?" + urlencode({"service": visit.service()["id"]}))
    visit.page.locator("#id_q").press_sequentially("Ан")
    visit.page.locator(".candidates").wait_for()


def book(visit: Visit) -> None:
    found(visit)
    visit.page.locator("a.hour").nth(3).click()


def repeating(visit: Visit) -> None:
    book(visit)
    visit.page.get_by_role("link", name="Повтаряй").click()


def series(visit: Visit) -> None:
    """With a date that clashed left out, one cancelled, and what may be done unfolded."""
    repeating(visit)
    visit.page.get_by_role("button", name="Запази поредицата").click()
    for summary in visit.page.locator("aside summary").all():
        summary.click()


def one_visit(visit: Visit) -> None:
    """A family of two: she talks while her child is with somebody else."""
    mother, child = visit.one_family()[:2]
    services = visit.api("services/", page_size=100)["results"]
    asked = {"person": mother, "people-1": mother, "people-2": child}
    for code in ("social-counselling", "psychological-counselling"):
        one = next(s["id"] for s in services if s["code"] == code)
        asked[f"service-{len(asked) - 2}"] = one
    visit.page.goto("/visit/?" + urlencode(asked))


def ill(visit: Visit) -> None:
    """Somebody who has hours in the next fortnight."""
    ahead = next(b for b in visit.bookings("confirmed") if b["starts_at"] > now())
    first = date.fromisoformat(ahead["starts_at"][:10])
    days = {"from_on": f"{first:%d.%m.%Y}", "until_on": f"{first + timedelta(days=6):%d.%m.%Y}"}
    visit.page.goto("/absence/?" + urlencode({"who": ahead["specialist"], **days}))


def hours_that_repeat(visit: Visit) -> None:
    """Of a colleague, with one date left out and the form of another open."""
    visit.page.goto("/hours/")
    visit.page.locator(".rows a").last.click()
    visit.page.get_by_role("button", name="Пропусни").nth(1).click()
    visit.page.get_by_text("Друг ден или друг час").first.click()


def refused(visit: Visit) -> None:
    """An hour of the past that has a free one in its place."""
    found(visit)
    address = visit.page.locator("a.hour").first.get_attribute("href") or ""
    visit.page.goto(address.split("starts_at=")[0] + "starts_at=2026-01-05T08:00Z")


def ahead(visit: Visit) -> None:
    booking = next(b for b in visit.bookings("confirmed") if b["starts_at"] > now())
    visit.page.goto(f"/bookings/{booking['id']}/")


def behind(visit: Visit) -> None:
    booking = [b for b in visit.bookings("closed", "confirmed") if b["starts_at"] < now()][-1]
    visit.page.goto(f"/bookings/{booking['id']}/")


def moving(visit: Visit) -> None:
    booking = next(b for b in visit.bookings("confirmed") if b["starts_at"] > now())
    visit.page.goto(f"/bookings/{booking['id']}/move/")


def adult(visit: Visit) -> str:
    bookings = visit.bookings("confirmed", "closed")
    for booking in reversed(bookings):
        for person in booking["people"]:
            detail = visit.page.request.get(f"/api/v1/people/{person['id']}/").json()
            if not detail.get("is_child") and detail.get("contact_card"):
                return str(person["id"])
    return str(bookings[-1]["people"][0]["id"])


def person(visit: Visit) -> None:
    visit.page.goto(f"/people/{adult(visit)}/")


def child(visit: Visit) -> None:
    people = [p for b in visit.bookings("confirmed", "closed") for p in b["people"]]
    ids = dict.fromkeys(person["id"] for person in people)
    for one in ids:
        if visit.page.request.get(f"/api/v1/people/{one}/").json().get("is_child"):
            break
    visit.page.goto(f"/people/{one}/")


def card(visit: Visit) -> None:
    visit.page.goto(f"/people/{adult(visit)}/card/")


def ties(visit: Visit) -> None:
    """Of a child, with somebody being looked for."""
    child(visit)
    visit.page.goto(f"{visit.page.url}ties/?q=А")


def new_case(visit: Visit) -> None:
    visit.page.goto(f"/people/{adult(visit)}/case/")


def stranger(visit: Visit) -> None:
    known = {person["id"] for b in visit.bookings() for person in b["people"]}
    for one in visit.api("people/", page_size=200)["results"]:
        if one["id"] not in known:
            answer = visit.page.request.get(f"/api/v1/people/{one['id']}/")
            if answer.status == 403:
                visit.page.goto(f"/people/{one['id']}/")
                return


def address(visit: Visit) -> None:
    visit.page.goto("/me/calendar/")
    address_made(visit)


def several_addresses(visit: Visit) -> None:
    """A room's, a unit's and the centre's, the last of them new."""
    visit.page.goto("/me/calendar/")
    for group in ("Стаи", "Звена: само кога са заети", "Всички часове на център"):
        first = visit.page.locator(f'optgroup[label="{group}"] option').first
        visit.page.locator("#id_of").select_option(first.get_attribute("value"))
        address_made(visit)


def address_made(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Създай адреса").click()
    visit.page.locator("#feed-url").wait_for()


def other_calendar(visit: Visit) -> None:
    """Brought in, busy in the hours of the next session."""
    day = next(b["starts_at"] for b in visit.bookings("confirmed") if b["starts_at"] > now())
    told = files.one(f"DTSTART:{day[:10].replace('-', '')}", "RRULE:FREQ=WEEKLY")
    visit.page.goto("/me/calendar/")
    file: Any = {"name": "mine.ics", "mimeType": "text/calendar", "buffer": told}
    visit.page.locator("#id_file").set_input_files(file)
    visit.page.get_by_role("button", name="Качи").click()
    visit.page.locator("#brought-in summary").click()


def menu(visit: Visit) -> None:
    visit.page.goto("/find/")
    visit.page.locator(".menu summary").click()


def taking(visit: Visit) -> None:
    """The first unit that is free, for a family that is being looked for."""
    visit.page.goto("/tonight/")
    visit.page.get_by_role("button", name="Запази").first.click()
    visit.page.goto(f"{visit.page.url}&q=А")


def unit(visit: Visit) -> None:
    visit.page.goto(f"/units/{visit.api('units/')['results'][0]['id']}/")


def behind_a_count(visit: Visit) -> None:
    visit.page.goto("/effect/")
    visit.page.locator(".counts a").first.click()


def group(visit: Visit) -> None:
    """With a family being looked for; the week where the demo has no groups."""
    found = visit.api("groups/")["results"]
    visit.page.goto(f"/groups/{found[0]['id']}/?q=А" if found else "/workshops/")


def workshop(visit: Visit) -> None:
    """With its public address."""
    found = visit.api("workshops/")["results"]
    visit.page.goto(f"/workshops/{found[0]['id']}/")
    visit.page.get_by_label("Публичен календар").check()
    visit.page.get_by_role("button", name="Запази").click()


def group_calendar(visit: Visit) -> None:
    found = visit.api("groups/")["results"]
    visit.page.goto(f"/groups/{found[0]['id']}/")
    visit.page.get_by_role("link", name="Календар на групата").click()


def session(visit: Visit, after: str = "") -> None:
    """The last one that has begun."""
    first, last = clock.today() - timedelta(days=60), clock.today()
    found = visit.api("sessions/", **{"from": first, "to": last}, page_size=500)["results"]
    visit.page.goto(f"/sessions/{found[-1]['id']}/{after}" if found else "/workshops/")


def sheet(visit: Visit) -> None:
    session(visit, "sheet/")


def first(status: str) -> Callable[[Visit], None]:
    """The page of the first stay that is in this status."""

    def go(visit: Visit) -> None:
        found = visit.api("stays/", status=status)["results"]
        visit.page.goto(f"/stays/{found[0]['id']}/")

    return go


def at(path: str) -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        visit.page.goto(path)

    return go


def stable_unfolded(visit: Visit) -> None:
    """With the forms of the first horse, and those beside."""
    visit.page.goto("/horses/")
    summaries = visit.page.locator("main details > summary").all()
    for summary in [*summaries[:2], *summaries[-3:]]:
        summary.click()


def riding_group(visit: Visit) -> None:
    groups = visit.api("groups/", page_size=100)["results"]
    rides = next(one for one in groups if one["workshop_name"] == "Хипотерапия")
    visit.page.goto(f"/groups/{rides['id']}/")


def riding_day(visit: Visit) -> None:
    """The instructor's next day with riding."""
    first, last = clock.today(), clock.today() + timedelta(days=30)
    found = visit.api("sessions/", **{"from": first, "to": last}, page_size=500)["results"]
    ridden = next(one for one in found if one["name"].startswith("Хипотерапия"))
    visit.page.goto(f"/?on={ridden['starts_at'][:10]}")


def riding_board(visit: Visit, *, booked: bool = False) -> None:
    """The next afternoon of riding, as it is proposed."""
    first, last = clock.today(), clock.today() + timedelta(days=30)
    found = visit.api("sessions/", **{"from": first, "to": last}, page_size=500)["results"]
    ridden = [one for one in found if one["name"].startswith("Хипотерапия")]
    visit.page.goto(f"/sessions/{ridden[0]['id']}/board/")
    visit.page.locator("button[value=propose]").click()
    book = visit.page.locator("button[value=book]")
    if booked and book.count():  # the narrow visit finds it booked
        book.click()


def riding_board_drawn(visit: Visit) -> None:
    """One ride taken off the booked board, and not booked yet."""
    riding_board(visit, booked=True)
    visit.page.locator("button[value=remove]").first.click()


def riding(visit: Visit) -> None:
    """Of a child whose clearance runs out soon."""
    groups = visit.api("groups/", page_size=100)["results"]
    rides = next(one for one in groups if one["workshop_name"] == "Хипотерапия")
    enrolled = visit.api("enrolments/", group=rides["id"])["results"]
    visit.page.goto(f"/people/{enrolled[1]['person']}/riding/")


def helper(page: str = "") -> Callable[[Visit], None]:
    def go(visit: Visit) -> None:
        found = visit.api("helpers/")["results"]
        volunteer = next(one for one in found if one["is_volunteer"])
        visit.page.goto(f"/helpers/{volunteer['id']}/{page}")

    return go


def rewording(words: str, *, button: str = "") -> Callable[[Visit], None]:
    """Of a plain reminder: typed, and looked at as it would leave."""

    def typed(visit: Visit) -> None:
        texts = visit.api("texts/", page_size=200)["results"]
        text = next(one for one in texts if one["wording"] == "plain")
        visit.page.goto(f"/texts/{text['id']}/")
        with visit.page.expect_response("**/texts/**"):
            visit.page.locator("#id_text").fill(words)
        if button:
            visit.page.get_by_role("button", name=button).click()
        visit.page.wait_for_timeout(300)

    return typed


STEPS: dict[str, Steps] = {
    "instructor": [("riding-day", riding_day)],
    "psychologist": [
        ("today", today),
        ("today-outcomes", last_day),
        ("find-empty", menu),
        ("find-name", typing_a_name),
        ("find", found),
        ("find-nothing", nothing_free),
        ("book", book),
        ("book-refused", refused),
        ("repeat", repeating),
        ("series", series),
        ("absence", ill),
        ("visit", one_visit),
        ("booking", ahead),
        ("booking-past", behind),
        ("move", moving),
        ("people", at("/people/?q=А")),
        ("person", person),
        ("child", child),
        ("stranger", stranger),
        ("card", card),
        ("new-person", at("/people/new/")),
        ("new-case", new_case),
        ("calendar", address),
        ("other-calendar", other_calendar),
        ("block", at("/block/")),
        ("password", at("/accounts/password/change/")),
        ("two-step", at("/accounts/2fa/")),
        ("not-found", at("/nothing/")),
        ("not-allowed", at("/access/")),
    ],
    "coordinator": [
        ("centre-day", today),
        ("find-any", any_specialist),
        ("book-coordinator", book),
        ("person-coordinator", person),
        ("ties", ties),
        ("calendars", several_addresses),
        ("hours", at("/hours/")),
        ("hours-of", hours_that_repeat),
        ("unreached", at("/unreached/")),
        ("outbox", at("/outbox/")),
        ("effect", at("/effect/")),
        ("effect-outside", at("/effect/?outside=on")),
        ("effect-behind", behind_a_count),
        ("workshops", at("/workshops/")),
        ("offered", at("/workshops/offered/")),
        ("new-workshop", at("/workshops/new/")),
        ("workshop", workshop),
        ("group-calendar", group_calendar),
        ("group", group),
        ("new-group", at("/groups/new/")),
        ("session", session),
        ("sheet", sheet),
        ("riding-group", riding_group),
        ("riding-board", riding_board),
        ("riding-board-booked", partial(riding_board, booked=True)),
        ("riding-board-drawn", riding_board_drawn),
        ("horses", at("/horses/")),
        ("horses-open", stable_unfolded),
        ("riding", riding),
        ("helpers", at("/helpers/")),
        ("helper", helper()),
        ("helper-sheet", helper("sheet/")),
    ],
    "shelter": [
        ("tonight", at("/tonight/")),
        ("board", at("/board/")),
        ("board-quarter", at("/board/?days=90")),
        ("place", at("/stays/new/?adults=1&ages=0,5&from_on=")),
        ("place-none", at("/stays/new/?adults=5&ages=3,4,5&from_on=")),
        ("take", taking),
        ("waiting", at("/stays/waiting/")),
        ("stay", first("in_house")),
        ("stay-held", first("held")),
        ("stay-waiting", first("requested")),
        ("unit", unit),
        ("toys", at("/toys/?q=А")),
    ],
    "manager": [
        ("stay-manager", first("in_house")),
        ("texts", at("/texts/")),
        ("text", rewording("Чакаме Ви на {date} г. в {time} ч.")),
        (
            "text-long",
            rewording(
                "Чакаме Ви „точно“ на {date} г. в {time} ч., както се разбрахме миналата седмица."
            ),
        ),
        ("text-refused", rewording("Час при психолог: {date} г., {time} ч.", button="Запази")),
    ],
    "data-officer": [("welcome", at("/")), ("access-log", at("/access/"))],
    "leader": [("today-leader", today)],
}


def take(browser: Browser, url: str, only: set[str]) -> None:
    for width, height in WIDTHS.items():
        folder = TARGET / str(width)
        folder.mkdir(parents=True, exist_ok=True)
        if not only or "login" in only:
            with opened(browser, url, width, height) as page:
                page.goto("/accounts/login/")
                page.screenshot(path=folder / "login.png")
                page.get_by_label("Потребителско име").fill("nobody")
                page.get_by_label("Парола").fill("nothing")
                page.get_by_role("button", name="Вход").click()
                page.screenshot(path=folder / "login-refused.png")
        for role, steps in STEPS.items():
            wanted = [step for step in steps if not only or step[0] in only]
            if not wanted:
                continue
            with opened(browser, url, width, height) as page:
                visit = Visit(page, role)
                for name, go in wanted:
                    go(visit)
                    page.screenshot(path=folder / f"{name}.png", full_page=True)
                    print(f"{width}/{name}.png", flush=True)


LINK_PAGES = {"link": "", "link-hours": "hours/", "link-stop": "stop/"}

A_LINK = """
from datetime import timedelta
from base import clock
from notifications import links
from people.models import ContactCard
from scheduling.models import Booking, Service
Service.objects.update(family_may_move=True)
card = ContactCard.objects.filter(
    verified_at__isnull=False, suspended_on=None,
    person__participations__booking__status="confirmed",
    person__participations__booking__starts_at__gt=clock.now() + timedelta(days=2),
).first()
ContactCard.objects.filter(pk=card.pk).update(allows_link=True, wording="full")
booking = Booking.objects.filter(
    participations__person=card.person, status="confirmed",
    starts_at__gt=clock.now() + timedelta(days=2),
).first()
print(links.link_for(booking, card.person, "full"))
"""


def take_link(browser: Browser, url: str, path: str, only: set[str]) -> None:
    """A parent's link, also on a small telephone."""
    pages = {name: path + under for name, under in LINK_PAGES.items()}
    pages["link-nothing"] = "/v/2222222222222222/"
    for width, height in (WIDTHS | {360: 640}).items():
        (TARGET / str(width)).mkdir(parents=True, exist_ok=True)
        with opened(browser, url, width, height) as page:
            for name, address in pages.items():
                if not only or name in only:
                    page.goto(address)
                    page.screenshot(path=TARGET / str(width) / f"{name}.png", full_page=True)
                    print(f"{width}/{name}.png", flush=True)


@contextmanager
def opened(browser: Browser, url: str, width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url, viewport={"width": width, "height": height}, locale="bg-BG"
    )
    with context:
        yield context.new_page()


@contextmanager
def demo_server() -> Iterator[tuple[str, str]]:
    """A server of its own, with a small demo; and the path of a parent's link."""
    cluster = clusters.default()
    name = cluster.copy()
    try:
        database_url = cluster.url(name)
        clusters.manage("demo", "--size", "small", database_url=database_url)
        shell = "shell", "--no-imports", "-c", A_LINK
        link = clusters.manage(*shell, database_url=database_url).split()[-1]
        environment = os.environ | {
            "DEBUG": "0",
            "SECRET_KEY": servers.SECRET_KEY,
            "DATABASE_URL": database_url,
        }
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        log = TARGET / "server.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with servers.running(database_url, log=log, workers=1) as server:
            yield server.url, urlsplit(link).path
    finally:
        cluster.drop(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these pictures")
    parser.add_argument("--url", help="a server that runs already, with the demo in it")
    parser.add_argument("--readme", action="store_true", help="also make docs/today.png")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.OPTIONS)
        if asked.url:
            take(browser, asked.url, set(asked.names))
        else:
            with demo_server() as (url, link):
                take(browser, url, set(asked.names))
                take_link(browser, url, link, set(asked.names))
        browser.close()
    if asked.readme:
        (ROOT / "docs").mkdir(exist_ok=True)
        picture = Path(TARGET / "1400" / "today.png").read_bytes()
        (ROOT / "docs" / "today.png").write_bytes(picture)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    main()
