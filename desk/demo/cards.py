"""Contact cards in every state of safety, so that one sees why a text is sent or is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from base import clock
from desk.demo.families import Family, weekday_before
from people import languages, services
from people.models import ContactCard, Person, User

Wording, Script = ContactCard.Wording, ContactCard.Script


@dataclass(frozen=True)
class State:
    """How far a card got, and how it words things. `asked` is how many days ago safety was."""

    consent: bool = True
    verified: bool = True
    safe: bool | None = True
    asked: int = 21
    hours: tuple[time, time] | None = None
    wording: dict[str, Any] = field(default_factory=dict)
    ends: Callable[[ContactCard], object] | None = None


def suspend(card: ContactCard) -> None:
    """As after an error that says the number is nobody's."""
    card.suspended_on = clock.today()
    card.save()


READY = State()
MORNINGS = State(hours=(time(9), time(12)))
PLAIN = State(wording={"wording": Wording.PLAIN})
FULL = State(wording={"wording": Wording.FULL})
LATIN = State(wording={"wording": Wording.PLAIN, "script": Script.LATIN, "allows_link": True})
ENGLISH = State(
    wording={"language": languages.ENGLISH, "script": Script.LATIN, "allows_link": True}
)
NO_CONSENT = State(consent=False)
UNVERIFIED = State(verified=False)
UNSAFE = State(safe=False)
NEVER_ASKED = State(safe=None)
STALE = State(asked=110)
OPTED_OUT = State(ends=services.opt_out)
SUSPENDED = State(ends=suspend)
NO_CARD = None

STATES = (
    READY,
    PLAIN,
    READY,
    LATIN,
    STALE,
    NO_CONSENT,
    READY,
    UNVERIFIED,
    FULL,
    UNSAFE,
    SUSPENDED,
    MORNINGS,
    NO_CARD,
    ENGLISH,
    OPTED_OUT,
    READY,
    PLAIN,
    READY,
    NEVER_ASKED,
    READY,
)
"""In this order family by family: each state is met early, so that a small demo has it too."""


def phone_numbers(house: int) -> Iterator[str]:
    """A thousand well-formed mobile numbers for each house that read as invented: from
    088 000 0001 on."""
    return (f"+35988000{house}{number:03}" for number in range(1, 1000))


def fill_all(families: list[Family], by: User, phones: Iterator[str]) -> None:
    """A card for the first adult of each family; of a couple the second only has a telephone."""
    for place, family in enumerate(families):
        state = STATES[place % len(STATES)]
        if state is not None:
            fill(family.carer, state, by=by, phone=next(phones), since=family.known_since)
        for other in family.adults[1:]:
            services.update_contact_card(other, by=by, phone=next(phones))


def fill(person: Person, state: State, *, by: User, phone: str, since: date) -> ContactCard:
    """Step by step, each on its day: number and consent at the first meeting, safety later."""
    asked_on = max(since, weekday_before(clock.today() - timedelta(days=state.asked)))
    with clock.frozen(clock.instant(since, time(10, 30))):
        card = services.update_contact_card(
            person, by=by, phone=phone, consent=state.consent or None, **state.wording
        )
        if state.verified:
            services.verify_number(card)
    with clock.frozen(clock.instant(asked_on, time(11))):
        card = services.update_contact_card(
            person, by=by, safe_to_text=state.safe, hours=state.hours
        )
    if state.ends:
        with clock.frozen(clock.instant(clock.today() - timedelta(days=1), time(15))):
            state.ends(card)
    return card
