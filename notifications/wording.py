"""The texts that go to phones, one for each kind, wording level and language (D28, D29).

They are constants and not gettext messages, because their language is the recipient's and not
that of whoever is logged in, and because a translator who does not know what a text may give
away should not be able to change one. Bulgarian is written once, in Cyrillic; its Latin form is
its transliteration (D37).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from base import clock
from notifications import texts

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
    (
        "moved_many",
        "discreet",
        "bg",
    ): "Нов час: от {date} г., {time} ч., {dates} пъти до {last_date} г.",
    (
        "moved_many",
        "plain",
        "bg",
    ): "Нови срещи: {date} г., {time} ч., {dates} пъти до {last_date} г.",
    ("moved_many", "full", "bg"): "{public_name}: от {date} г. {time} ч., {dates} пъти",
    (
        "moved_many",
        "discreet",
        "en",
    ): "New time: from {date}, {time}, {dates} times until {last_date}",
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


def render(kind: str, facts: Facts, *, wording: str, language: str, script: str) -> str:
    """The text, in Sofia's time.

    English is written in Latin whatever the `script`. The full wording becomes the plain one,
    and the plain one discreet, when there is no `public_name` for it or it would make the text
    longer than one part (D37): saying less is never less safe. With a link also the least may be
    longer: an address is long. Raises ValueError on a naive instant, KeyError on a text that does
    not exist.
    """
    if facts.starts_at.tzinfo is None:
        raise ValueError("An appointment's start must be an aware instant.")
    has_name = bool(facts.public_name.split())
    levels = [level for level in FROM_LEVEL[wording] if level != "full" or has_name]
    rendered = [written(kind, facts, level, language, script) for level in levels]
    return next((text for text in rendered if texts.parts(text).parts == 1), rendered[-1])


FROM_LEVEL: Final[Mapping[str, tuple[str, ...]]] = {
    "full": ("full", "plain", "discreet"),
    "plain": ("plain", "discreet"),
    "discreet": ("discreet",),
}
"""Each level, and those that say less."""


def written(kind: str, facts: Facts, wording: str, language: str, script: str) -> str:
    text = filled(TEMPLATES[kind, wording, language], facts, wording)
    if language == "en" or script == "latin":
        text = texts.gsm_friendly(texts.transliterate(text))
    return f"{text} {facts.link}" if facts.link else text


def filled(template: str, facts: Facts, wording: str) -> str:
    local = clock.local(facts.starts_at)
    last = clock.local(facts.last_at or facts.starts_at)
    spoken = {
        "date": f"{local:%d.%m.%Y}",
        "time": f"{local:%H:%M}",
        "last_date": f"{last:%d.%m.%Y}",
        "dates": str(facts.dates),
        "code": facts.code,
        "public_name": " ".join(facts.public_name.split()),
    }
    return template.format_map({name: spoken[name] for name in PLACEHOLDERS[wording]})
