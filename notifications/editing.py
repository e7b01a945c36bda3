"""A centre's own texts: checked before they are kept, tried out, written and taken back."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from base.errors import DomainError, StaleVersion
from base.rows import insert
from notifications import texts, voice, wording
from notifications.models import Template
from notifications.texts import Parts, TellingText
from notifications.voice import Voice
from notifications.wording import Facts, Said, Slot
from people.languages import LANGUAGES
from people.models import Centre, User

NAMELESS = "…"
"""Stands for the public name of a centre that has none, and where only the words around it
are judged."""

SAMPLE = Facts(
    datetime(2026, 9, 23, 7, 30, tzinfo=UTC),
    datetime(2026, 9, 23, 7, 30, tzinfo=UTC) + timedelta(weeks=11),
    dates=12,
    public_name=NAMELESS,
)


class MalformedPlaceholder(DomainError):
    """A brace stands somewhere else than around a placeholder's name."""

    code = "malformed_placeholder"
    sentence = _("Braces stand only around what is filled in: %(allowed)s.")


class ForbiddenPlaceholder(DomainError):
    """It asks for what is unknown, or what this kind or level must not speak of."""

    code = "forbidden_placeholder"
    sentence = _("Such a text can only have this filled in: %(allowed)s.")


class MissingPlaceholder(DomainError):
    """It lacks what every text of its kind says."""

    code = "missing_placeholder"
    sentence = _("Without %(missing)s it would not say when. Put that in.")


@dataclass(frozen=True)
class Rendered:
    """A text in one script, with the sample's facts, as it would travel."""

    script: str
    text: str
    parts: Parts

    @property
    def cost(self) -> Decimal | None:
        """In the settings' currency; None where no price is set."""
        price: Decimal = settings.SMS_PART_PRICE
        return price * self.parts.parts if price else None


def rendered(script: str, said: Said) -> Rendered:
    return Rendered(script, said.text, texts.parts(said.text))


def id_of(centre: UUID, slot: Slot) -> UUID:
    """Every text of a centre has an id, whether the centre has written it or not."""
    return uuid5(centre, "/".join(slot))


def sample(own: Voice) -> Facts:
    return replace(SAMPLE, public_name=own.public_name.strip() or NAMELESS)


def tried(own: Voice, slot: Slot, text: str) -> list[Rendered]:
    """The text in every script that would be made of it. Raises what `check` does."""
    text = check(own, slot, text)
    return [rendered(script, said) for script, said in spelt(own, slot, text, sample(own))]


def check(own: Voice, slot: Slot, text: str) -> str:
    """The text as it is kept. Raises TellingText, MalformedPlaceholder, ForbiddenPlaceholder and
    MissingPlaceholder."""
    text = unicodedata.normalize("NFC", text).strip(" ")
    check_placeholders(slot, text)
    if not all(map(texts.is_plain, wording.PLACEHOLDER.sub("", text))):
        raise TellingText(term_class="sign")
    for _script, said in spelt(own, slot, text, SAMPLE):
        voice.check(own, said)
    return text


def check_placeholders(slot: Slot, text: str) -> None:
    allowed, needed = wording.allowed(slot.kind, slot.wording), wording.needed(slot.kind)
    asked = wording.asked_for(text)
    if wording.has_stray_braces(text):
        raise MalformedPlaceholder(allowed=in_braces(allowed))
    if asked - allowed:
        raise ForbiddenPlaceholder(allowed=in_braces(allowed))
    if needed - asked:
        raise MissingPlaceholder(missing=in_braces(needed - asked))


def in_braces(names: frozenset[str] | set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in wording.in_order(names))


def spelt(own: Voice, slot: Slot, text: str, facts: Facts) -> Iterator[tuple[str, Said]]:
    """In its own script, and in those that have no text of their own."""
    for script in governed(own, slot):
        there = slot._replace(script=script)
        yield script, Said(wording.written(text, facts, there), slot.wording, is_own=True)


def governed(own: Voice, slot: Slot) -> list[str]:
    scripts = LANGUAGES[slot.language].scripts
    if slot.script != scripts[0]:
        return [slot.script]
    written = {there.script for there in own.own if there[:3] == slot[:3]}
    return [script for script in scripts if script == slot.script or script not in written]


@transaction.atomic
def write(
    centre: Centre, slot: Slot, text: str, *, by: User, version: int | None = None
) -> Template:
    """Say it so from now on. `version` is that of the text that the writer saw, 0 for one nobody
    has written yet.

    Raises StaleVersion, and what `check` does.
    """
    kept = locked(centre, slot, version=version)
    return keep(kept, check(voice.now_of(centre.pk), slot, text), by=by)


@transaction.atomic
def take_back(centre: Centre, slot: Slot, *, by: User, version: int | None = None) -> Template:
    """Our text again. Raises StaleVersion."""
    return keep(locked(centre, slot, version=version), "", by=by)


def locked(centre: Centre, slot: Slot, *, version: int | None) -> Template:
    mark = id_of(centre.public_id, slot)
    row = Template(public_id=mark, centre=centre, version=0, **slot._asdict())
    insert([row], ignore_conflicts=True)
    kept = Template.objects.select_for_update().get(public_id=mark)
    if version is not None and version != kept.version:
        raise StaleVersion(version=kept.version)
    return kept


def keep(kept: Template, text: str, *, by: User) -> Template:
    if kept.text != text:
        kept.text, kept.version = text, kept.version + 1
        kept._history_user = by  # type: ignore[attr-defined]
        kept.save()
    return kept
