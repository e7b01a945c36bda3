"""The texts that go to phones, one for each kind, wording level and language (D28, D29).

They are constants and not gettext messages, because their language is the recipient's and not
that of whoever is logged in, and because a translator who does not know what a text may give
away should not be able to change one. Bulgarian is written once, in Cyrillic; its Latin form is
its transliteration (D37).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from base import clock
from notifications import texts

# What a wording level may speak of. A template that asks for more fails to render.
PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "discreet": frozenset({"date", "time"}),
    "plain": frozenset({"date", "time"}),
    "full": frozenset({"date", "time", "public_name"}),
}

TEMPLATES: Final[Mapping[tuple[str, str, str], str]] = {
    ("reminder", "discreet", "bg"): "Напомняне: {date} г., {time} ч.",
    ("reminder", "plain", "bg"): "Напомняне: среща на {date} г., {time} ч.",
    ("reminder", "full", "bg"): "{public_name}: среща на {date} г., {time} ч.",
    ("reminder", "discreet", "en"): "Reminder: {date}, {time}",
    ("reminder", "plain", "en"): "Reminder: appointment on {date}, {time}",
    ("reminder", "full", "en"): "{public_name}: appointment on {date}, {time}",
}


def render(
    kind: str,
    *,
    wording: str,
    language: str,
    script: str,
    starts_at: datetime,
    public_name: str = "",
) -> str:
    """The text for an appointment at `starts_at`, an aware instant, told in Sofia's time.

    English is written in Latin whatever the `script`. The full wording becomes the plain one
    when there is no `public_name` or it would make the text longer than one part (D37): saying
    less is never less safe. Raises ValueError on a naive instant, KeyError on a text that does
    not exist.
    """
    if starts_at.tzinfo is None:
        raise ValueError("An appointment's start must be an aware instant.")
    name = " ".join(public_name.split())
    text = _fill(kind, wording, language, starts_at=starts_at, public_name=name)
    if language == "en" or script == "latin":
        text = texts.gsm_friendly(texts.transliterate(text))
    if wording == "full" and not (name and texts.parts(text).parts == 1):
        return render(kind, wording="plain", language=language, script=script, starts_at=starts_at)
    return text


def _fill(kind: str, wording: str, language: str, *, starts_at: datetime, public_name: str) -> str:
    local = clock.local(starts_at)
    facts = {
        "date": f"{local:%d.%m.%Y}",
        "time": f"{local:%H:%M}",
        "public_name": public_name,
    }
    allowed = {name: facts[name] for name in PLACEHOLDERS[wording]}
    return TEMPLATES[kind, wording, language].format_map(allowed)
