"""The texts that go to phones, one for each kind, wording level and language (D28, D29).

They are constants and not gettext messages, because their language is the recipient's and not
that of whoever is logged in, and because a translator who does not know what a text may give
away should not be able to change one. A centre may have texts of its own in their place
(`models.Template`). What is written in the first script of a language is transliterated for those
who read another (D37).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from base import clock
from notifications import texts
from people.languages import LANGUAGES, LATIN

# What a wording level may speak of. A template that asks for more fails to render.
PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "discreet": frozenset({"date", "time", "last_date", "dates", "code"}),
    "plain": frozenset({"date", "time", "last_date", "dates", "code"}),
    "full": frozenset({"date", "time", "last_date", "dates", "code", "public_name"}),
}

TEMPLATES: Final[Mapping[tuple[str, str, str], str]] = {
    ("reminder", "discreet", "bg"): "Напомняне: {date} г., {time} ч.",
    ("reminder", "plain", "bg"): "Напомняне: среща на {date} г., {time} ч.",
    ("reminder", "full", "bg"): "{public_name}: среща на {date} г., {time} ч.",
    ("reminder", "discreet", "en"): "Reminder: {date}, {time}",
    ("reminder", "plain", "en"): "Reminder: appointment on {date}, {time}",
    ("reminder", "full", "en"): "{public_name}: appointment on {date}, {time}",
    ("moved", "discreet", "bg"): "Нов час: {date} г., {time} ч.",
    ("moved", "plain", "bg"): "Нов час за срещата: {date} г., {time} ч.",
    ("moved", "full", "bg"): "{public_name}: нов час, {date} г., {time} ч.",
    ("moved", "discreet", "en"): "New time: {date}, {time}",
    ("moved", "plain", "en"): "New time of the appointment: {date}, {time}",
    ("moved", "full", "en"): "{public_name}: new time, {date}, {time}",
    ("moved_many", "discreet", "bg"): (
        "Нов час: от {date} г., {time} ч., {dates} пъти до {last_date} г."
    ),
    ("moved_many", "plain", "bg"): (
        "Нови срещи: {date} г., {time} ч., {dates} пъти до {last_date} г."
    ),
    ("moved_many", "full", "bg"): "{public_name}: от {date} г. {time} ч., {dates} пъти",
    ("moved_many", "discreet", "en"): (
        "New time: from {date}, {time}, {dates} times until {last_date}"
    ),
    ("moved_many", "plain", "en"): (
        "New time of the appointments: from {date}, {time}, {dates} times until {last_date}"
    ),
    ("moved_many", "full", "en"): (
        "{public_name}: new time from {date}, {time}, {dates} times until {last_date}"
    ),
    ("off", "discreet", "bg"): "Отменено: {date} г., {time} ч.",
    ("off", "plain", "bg"): "Срещата на {date} г., {time} ч., отпада.",
    ("off", "full", "bg"): "{public_name}: {date} г., {time} ч., отпада.",
    ("off", "discreet", "en"): "Cancelled: {date}, {time}",
    ("off", "plain", "en"): "Appointment cancelled: {date}, {time}",
    ("off", "full", "en"): "{public_name}: appointment cancelled, {date}, {time}",
    ("off_many", "discreet", "bg"): "Отменено: от {date} г., {time} ч., до {last_date} г.",
    ("off_many", "plain", "bg"): "Отпадат срещите от {date} г., {time} ч., до {last_date} г.",
    ("off_many", "full", "bg"): "{public_name}: отпада от {date} г. до {last_date} г.",
    ("off_many", "discreet", "en"): "Cancelled: from {date}, {time}, until {last_date}",
    ("off_many", "plain", "en"): "Appointments cancelled: from {date}, {time}, until {last_date}",
    ("off_many", "full", "en"): "{public_name}: appointments cancelled, {date} to {last_date}",
    ("series", "discreet", "bg"): "От {date} г., {time} ч., {dates} пъти до {last_date} г.",
    ("series", "plain", "bg"): "Срещи от {date} г., {time} ч., {dates} пъти до {last_date} г.",
    ("series", "full", "bg"): "{public_name}: от {date} г., {time} ч., {dates} пъти",
    ("series", "discreet", "en"): "From {date}, {time}, {dates} times until {last_date}",
    ("series", "plain", "en"): "Appointments from {date}, {time}, {dates} times until {last_date}",
    ("series", "full", "en"): (
        "{public_name}: appointments from {date}, {time}, {dates} times until {last_date}"
    ),
    ("offer", "discreet", "bg"): "Моля, обадете се до {date} г., {time} ч.",
    ("offer", "plain", "bg"): "Имаме отговор за Вас. Моля, обадете се до {date} г., {time} ч.",
    ("offer", "full", "bg"): "{public_name}: моля, обадете се до {date} г., {time} ч.",
    ("offer", "discreet", "en"): "Please call us by {date}, {time}",
    ("offer", "plain", "en"): "We have an answer for you. Please call us by {date}, {time}",
    ("offer", "full", "en"): "{public_name}: please call us by {date}, {time}",
    ("place", "discreet", "bg"): "Свободен час за Вас: {date} г., {time} ч.",
    ("place", "plain", "bg"): "Освободи се час за среща: {date} г., {time} ч.",
    ("place", "full", "bg"): "{public_name}: освободи се час, {date} г., {time} ч.",
    ("place", "discreet", "en"): "A time is free for you: {date}, {time}",
    ("place", "plain", "en"): "An appointment is free for you: {date}, {time}",
    ("place", "full", "en"): "{public_name}: an appointment is free for you, {date}, {time}",
    **{
        ("code", wording, language): "{code}"
        for wording in ("discreet", "plain", "full")
        for language in ("bg", "en")
    },
}


@dataclass(frozen=True)
class Facts:
    """What a text may speak of: an appointment at `starts_at`, an aware instant, or so many dates
    from it to `last_at`; or a code. `link` is an address to stand at its end."""

    starts_at: datetime
    last_at: datetime | None = None
    dates: int = 1
    code: str = ""
    public_name: str = ""
    link: str = ""


class Slot(NamedTuple):
    """Where one text stands: who reads it, and when."""

    kind: str
    wording: str
    language: str
    script: str


Own = Mapping[Slot, str]
"""A centre's own texts."""


class Said(NamedTuple):
    """A text as it would leave, the level it speaks at, and whether the centre wrote it."""

    text: str
    wording: str
    is_own: bool

    def without(self, link: str) -> "Said":
        return self._replace(text=self.text.removesuffix(link).rstrip()) if link else self

    @property
    def is_one_part(self) -> bool:
        return texts.parts(self.text).parts == 1


FROM_LEVEL: Final[Mapping[str, tuple[str, ...]]] = {
    "full": ("full", "plain", "discreet"),
    "plain": ("plain", "discreet"),
    "discreet": ("discreet",),
}
"""Each level, and those that say less."""

LEVELS: Final = FROM_LEVEL["full"]


def render(
    kind: str, facts: Facts, *, wording: str, language: str, script: str, own: Own | None = None
) -> str:
    """The text, in Sofia's time; nobody has looked yet whether it may be sent (`voice.say`).

    The full wording becomes the plain one, and the plain one discreet, when there is no
    `public_name` for it or it would make the text longer than one part (D37): saying less is
    never less safe. Raises ValueError on a naive instant, KeyError on a text that does not
    exist.
    """
    said = list(candidates(kind, facts, wording=wording, language=language, script=script, own=own))
    return next((one.text for one in said if one.is_own or one.is_one_part), said[-1].text)


def candidates(
    kind: str, facts: Facts, *, wording: str, language: str, script: str, own: Own | None = None
) -> Iterator[Said]:
    """What could be said, the wanted wording first, then those that say less; of each the
    centre's own text before ours."""
    if facts.starts_at.tzinfo is None:
        raise ValueError("An appointment's start must be an aware instant.")
    for level in FROM_LEVEL[wording]:
        if level == "full" and not facts.public_name.split():
            continue
        slot = Slot(kind, level, language, script)
        if template := own_template(slot, own or {}):
            yield Said(written(template, facts, slot), level, is_own=True)
        yield Said(written(TEMPLATES[slot[:3]], facts, slot), level, is_own=False)


def own_template(slot: Slot, own: Own) -> str:
    """The centre's own text for this script, or the one that its own is made of; or nothing."""
    language = LANGUAGES[slot.language]
    first = slot._replace(script=language.scripts[0])
    return own.get(slot._replace(script=language.written_in(slot.script))) or own.get(first) or ""


def written(template: str, facts: Facts, slot: Slot) -> str:
    """Filled in and spelt."""
    text = filled(template, facts, allowed(slot.kind, slot.wording))
    if LANGUAGES[slot.language].written_in(slot.script) == LATIN:
        text = texts.gsm_friendly(texts.transliterate(text))
    else:
        text = texts.thrifty(text)
    return f"{text} {facts.link}" if facts.link else text


def transliterated(template: str, slot: Slot) -> str:
    """A template of the language's first script, to be read in another."""
    if LANGUAGES[slot.language].written_in(slot.script) != LATIN:
        return template
    halves = re.split(r"(\{[a-z_]+\})", template)
    return "".join(one if one[:1] == "{" else texts.transliterate(one) for one in halves)


def filled(template: str, facts: Facts, names: frozenset[str]) -> str:
    """Raises KeyError where the template asks for more than `names`. What stands in the facts is
    never read as a template."""
    spoken = spoken_of(facts)
    known = {name: spoken[name] for name in names}
    return PLACEHOLDER.sub(lambda found: known[found[1]], template)


def spoken_of(facts: Facts) -> dict[str, str]:
    local = clock.local(facts.starts_at)
    last = clock.local(facts.last_at or facts.starts_at)
    return {
        "date": f"{local:%d.%m.%Y}",
        "time": f"{local:%H:%M}",
        "last_date": f"{last:%d.%m.%Y}",
        "dates": str(facts.dates),
        "code": facts.code,
        "public_name": " ".join(facts.public_name.split()),
    }


# --- What a template may ask for ---------------------------------------------------------

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")


def in_order(names: Collection[str]) -> list[str]:
    return [name for name in spoken_of(Facts(clock.now())) if name in names]


def asked_for(template: str) -> set[str]:
    return set(PLACEHOLDER.findall(template))


def has_stray_braces(template: str) -> bool:
    """Whether a brace stands anywhere but around the name of a placeholder."""
    return not {"{", "}"}.isdisjoint(PLACEHOLDER.sub("", template))


def ours(kind: str) -> list[str]:
    return [text for (of, _, _), text in TEMPLATES.items() if of == kind]


def allowed(kind: str, wording: str) -> frozenset[str]:
    """What a text of this kind may speak of at this level: what any of ours does."""
    spoken: set[str] = set().union(*map(asked_for, ours(kind)))
    return PLACEHOLDERS[wording] & spoken


def is_sound(slot: Slot, template: str) -> bool:
    """Whether it asks for all that it must, and nothing that it may not."""
    if slot not in slots() or has_stray_braces(template):
        return False
    return needed(slot.kind) <= asked_for(template) <= allowed(slot.kind, slot.wording)


def needed(kind: str) -> frozenset[str]:
    """What each text of this kind must hold, since all of ours do: a reminder without its hour
    reminds of nothing."""
    return frozenset(set.intersection(*map(asked_for, ours(kind))))


# --- Which texts there are ---------------------------------------------------------------

BARE: Final = frozenset({"code"})
"""Kinds in whose place a centre can have none of its own: the number may be anybody's (D27)."""


def kinds() -> list[str]:
    """Those that a centre may word itself, in our order."""
    return [kind for kind in dict.fromkeys(kind for kind, _, _ in TEMPLATES) if kind not in BARE]


def slots() -> list[Slot]:
    """Every text that a centre may word itself."""
    return [
        Slot(kind, level, code, script)
        for kind in kinds()
        for level in reversed(LEVELS)
        for code, language in LANGUAGES.items()
        for script in language.scripts
        if (kind, level, code) in TEMPLATES
    ]
