"""The parent's link in a real browser: on a small telephone, without scripts, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from base import clock
from notifications import links
from people.models import ContactCard, Role
from scheduling import services
from scheduling.models import Booking, Modality, Service
from scheduling.planning import Wish
from tests.browser.test_pages import listen, workday
from tests.support import building

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]

WIDTHS = {"wide": (1400, 900), "narrow": (390, 844), "small": (360, 640)}
PATHS = ["", "hours/", "stop/"]


@pytest.fixture
def booking() -> Booking:
    """A mother's hour in a week, which she may move."""
    centre = building.centre("linked")
    service = building.service(centre, step=30)
    Service.objects.update(family_may_move=True)
    lead = building.specialist(centre, [service])
    building.place(centre, [service])
    mother = building.person(centre)
    building.card(mother, safety_asked_on=clock.today(), allows_link=True)
    ContactCard.objects.update(verified_at=clock.now() - timedelta(days=9))
    starts_at = building.at(workday(clock.today() + timedelta(days=6), 1), 10)
    wish = Wish(service, starts_at, lead, (mother,), Modality.ON_SITE)
    return services.book(wish, by=building.user(centre, Role.Name.COORDINATOR))


@pytest.fixture
def path(booking: Booking) -> str:
    person = booking.participations.get().person
    return f"/v/{links.link_for(booking, person, 'full').rsplit('/', 2)[1]}/"


@pytest.fixture(params=WIDTHS)
def page(request: Any, browser: Browser, live_server: Any) -> Iterator[Page]:
    across, down = WIDTHS[request.param]
    with browser.new_context(
        base_url=live_server.url, viewport={"width": across, "height": down}, locale="bg-BG"
    ) as context:
        yield context.new_page()


@pytest.fixture
def telephone(browser: Browser, live_server: Any) -> Iterator[Page]:
    """360 pixels across, and no scripts."""
    with browser.new_context(
        base_url=live_server.url,
        viewport={"width": 360, "height": 640},
        java_script_enabled=False,
        has_touch=True,
        is_mobile=True,
    ) as context:
        yield context.new_page()


def findings(page: Page) -> list[str]:
    """Everything that axe has against it, the slight things too; and what is too wide or small."""
    found = [
        f"{one['id']}: {node['html'][:120]}"
        for one in Axe().run(page).response["violations"]
        for node in one["nodes"]
    ]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .exit")]
            .filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent)"""
    )
    return found + ([f"{wider} pixels too wide"] if wider > 0 else []) + small


@pytest.mark.parametrize("language", ["bg", "en"])
def test_every_page_of_a_link_can_be_read_by_everybody(
    language: str, path: str, page: Page, booking: Booking
) -> None:
    ContactCard.objects.update(language=language)
    complaints = listen(page)
    found: dict[str, list[str]] = {}

    def look(address: str) -> None:
        page.goto(address)
        found[address] = findings(page) + complaints

    for under in PATHS:
        look(path + under)
    look("/v/2222222222222222/")
    page.goto(path)
    page.locator("button[value=come]").click()
    page.locator("button[value=call]").click()
    look(path)
    page.locator("button[value=cannot]").click()
    look(path)
    assert {address: told for address, told in found.items() if told} == {}
    assert Booking.objects.get(pk=booking.pk).status == Booking.Status.CANCELLED


def test_a_page_asks_for_nothing_else_and_leaves_nothing_behind(path: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)

    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    assert page.context.cookies() == []
    assert page.evaluate("getComputedStyle(document.querySelector('.exit')).color") == (
        "rgb(255, 255, 255)"
    )


def test_she_answers_without_scripts_on_a_small_telephone(
    path: str, telephone: Page, booking: Booking
) -> None:
    def sees(words: str) -> None:
        expect(telephone.get_by_text(words)).to_be_visible()

    telephone.goto(path)
    telephone.get_by_role("button", name="Ще дойда").tap()
    sees("Казахте ни, че ще дойдете.")
    telephone.get_by_role("link", name="Искам друг час").tap()
    sees("Остава така, докато не изберете друг.")
    chosen = telephone.locator(".hours button").nth(1)
    hour = chosen.text_content()
    chosen.tap()
    sees(f"в {hour} ч.")
    assert f"{clock.local(Booking.objects.get(pk=booking.pk).starts_at):%H:%M}" == hour
    telephone.get_by_role("link", name="Не искам повече съобщения").tap()
    sees("Без повече съобщения?")
    assert ContactCard.objects.get().opted_out_on is None
    telephone.get_by_role("button", name="Да, не ми пращайте повече").tap()
    sees("Няма да получавате повече съобщения")
    assert ContactCard.objects.get().opted_out_on == clock.today()
    telephone.get_by_role("link", name="Назад").tap()
    telephone.get_by_role("button", name="Не мога да дойда").tap()
    sees("Тук вече няма нищо")


def test_she_answers_by_keyboard_and_sees_where_she_is(path: str, page: Page) -> None:
    page.goto(path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "exit"
    page.keyboard.press("Tab")
    assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    page.keyboard.press("Enter")
    page.get_by_text("Казахте ни, че ще дойдете.").wait_for()
