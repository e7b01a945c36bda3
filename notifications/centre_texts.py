"""What a centre's texts are now: ours and its own, and what each sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from base.errors import NotFound
from notifications import editing, policies, voice, wording
from notifications.editing import Rendered
from notifications.models import Template
from notifications.voice import Voice
from notifications.wording import Slot
from people.languages import LANGUAGES
from people.models import Centre, ContactCard
from people.policies import Staff, require
from people.selectors import centres_of

KIND_NAMES = {
    "reminder": _("Reminder of an appointment"),
    "moved": _("An hour was moved"),
    "moved_many": _("Several hours were moved"),
    "off": _("We cancelled an hour"),
    "off_many": _("We cancelled several hours"),
    "series": _("Summary of hours that repeat"),
    "offer": _("An offer, with a time to answer by"),
    "place": _("An hour or a place has become free"),
}
"""What staff call the kinds of text."""

PLACEHOLDER_NAMES = {
    "date": _("the date"),
    "time": _("the hour"),
    "last_date": _("the last date"),
    "dates": _("how many dates"),
    "public_name": _("the centre's public name"),
}


@dataclass(frozen=True)
class CentreText:
    """One text of a centre's. `own` is empty where ours counts; `template` is what counts;
    `sent` is what it sends now, rendered, and `sent_wording` at which level; None when nothing
    could be sent."""

    id: UUID
    centre: Centre
    slot: Slot
    own: str
    template: str
    version: int
    sent: Rendered | None
    sent_wording: str
    is_own_sent: bool

    @property
    def kind_name(self) -> str:
        return str(KIND_NAMES.get(self.slot.kind, self.slot.kind))

    @property
    def wording_name(self) -> str:
        return str(ContactCard.Wording(self.slot.wording).label)

    @property
    def letters(self) -> str:
        """Bulgarian, Latin"""
        language = LANGUAGES[self.slot.language]
        if len(language.scripts) == 1:
            return str(language.name)
        return f"{language.name}, {ContactCard.Script(self.slot.script).label}"

    @property
    def is_left_aside(self) -> bool:
        """The centre has written one, which may not be sent as things are."""
        is_sent = self.is_own_sent and self.sent_wording == self.slot.wording
        return bool(self.own) and not is_sent

    @property
    def says_less(self) -> bool:
        """What is sent speaks at a lower level than the card allows."""
        return self.sent_wording != self.slot.wording


def of_staff(staff: Staff) -> list[CentreText]:
    """All texts of the centres whose texts she words. Raises NotAllowed when there are none."""
    words = staff.centres_where(policies.WORDS_TEXTS)
    require(bool(words))
    centres = list(centres_of(staff).filter(pk__in=words))
    voices = voice.of_centres(words)
    versions = versions_of(words)
    return [
        as_it_is(centre, slot, voices[centre.pk], versions)
        for centre in centres
        for slot in wording.slots()
    ]


def one(staff: Staff, public_id: UUID) -> CentreText:
    """Raises NotFound, and NotAllowed when it is of her centre but not hers to word."""
    centre, slot = slot_of(staff, public_id)
    return as_it_is(centre, slot, voice.now_of(centre.pk), versions_of([centre.pk]))


def slot_of(staff: Staff, public_id: UUID) -> tuple[Centre, Slot]:
    """Whose text an id means, and which. Raises as `one` does."""
    for centre in centres_of(staff):
        slot = ids(centre.public_id, tuple(wording.slots())).get(public_id)
        if slot is not None:
            require(policies.may_word_texts(staff, centre.pk))
            return centre, slot
    raise NotFound


@lru_cache(maxsize=64)
def ids(centre: UUID, slots: tuple[Slot, ...]) -> dict[UUID, Slot]:
    return {editing.id_of(centre, slot): slot for slot in slots}


def versions_of(centre_ids: Sequence[int]) -> dict[UUID, int]:
    found: Any = Template.objects.filter(centre__in=centre_ids).order_by()
    return dict(found.values_list("public_id", "version"))


def as_it_is(centre: Centre, slot: Slot, own: Voice, versions: dict[UUID, int]) -> CentreText:
    mark = editing.id_of(centre.public_id, slot)
    said = voice.say(
        own,
        slot.kind,
        editing.SAMPLE,
        wording=slot.wording,
        language=slot.language,
        script=slot.script,
    )
    return CentreText(
        id=mark,
        centre=centre,
        slot=slot,
        own=own.own.get(slot, ""),
        template=template_of(slot, own),
        version=versions.get(mark, 0),
        sent=editing.rendered(slot.script, said) if said else None,
        sent_wording=said.wording if said else "",
        is_own_sent=bool(said and said.is_own),
    )


def template_of(slot: Slot, own: Voice) -> str:
    """What counts there: written for this script, or made of the first one's."""
    return own.own.get(slot) or wording.transliterated(
        wording.own_template(slot, own.own) or wording.TEMPLATES[slot[:3]], slot
    )


def ours(slot: Slot) -> str:
    return wording.transliterated(wording.TEMPLATES[slot[:3]], slot)


def former(text: CentreText) -> list[Any]:
    """What the centre had there before, the latest first."""
    changes = Template.history.filter(public_id=text.id).select_related("history_user")
    return list(changes.order_by("-history_id")[:20])
