"""How a centre speaks to phones: its own texts, its public name, and all the names that no text
may hold; and the one way to say something, which looks at what was rendered (D28).

What is read of a centre is kept by each process under the set-up's stamp, as in
`scheduling.setup`: a text, a colleague or a street that changes gives it another value.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from base.rows import Question, Row, ask
from notifications import texts
from notifications.texts import Names, TellingText
from notifications.wording import LEVELS, Facts, Own, Said, Slot, candidates, is_sound
from scheduling import setup

CENTRE = """
    SELECT name, municipality, public_name FROM people_centre WHERE id = %(centre)s
"""

# Colleagues of former years as well: who reads the phone may know them.
NAMES = """
    SELECT colleague.first_name || ' ' || colleague.last_name
      FROM people_role role JOIN people_user colleague ON colleague.id = role.user_id
     WHERE role.centre_id = %(centre)s
     UNION
    SELECT name || ' ' || replace(code, '-', ' ')
      FROM scheduling_service WHERE centre_id = %(centre)s
     UNION
    SELECT name || ' ' || address FROM rooms_building WHERE centre_id = %(centre)s
"""

TEXTS = """
    SELECT kind, wording, language, script, text FROM notifications_template
     WHERE centre_id = %(centre)s AND text <> ''
"""


@dataclass(frozen=True, eq=False)
class Voice:
    """One centre's. `names` are of its staff, services and buildings, in both languages where
    there are two; `house` is what it and its town are called."""

    names: Collection[str] = ()
    house: Collection[str] = ()
    public_name: str = ""
    own: Own = field(default_factory=dict)
    kept: Mapping[str, tuple[Names, ...]] = field(init=False)
    """What a text of each wording level must keep. The full one may say the public name, though
    the centre's own name be made of the same words."""

    def __post_init__(self) -> None:
        always, house = Names(self.names), Names(self.house)
        but_public = Names(texts.words_of(self.house) - texts.words_of([self.public_name]))
        kept = dict.fromkeys(LEVELS, (always, house)) | {"full": (always, but_public)}
        object.__setattr__(self, "kept", kept)

    def keeps(self, people: Iterable[str]) -> tuple[Names, ...]:
        """All that no text may hold which does not say the public name."""
        return *self.kept["plain"], Names(people)


def say(
    voice: Voice,
    kind: str,
    facts: Facts,
    *,
    wording: str,
    language: str,
    script: str,
    people: Iterable[str] = (),
) -> Said | None:
    """The text to send; None where each one would tell too much.

    The wanted wording is said first, in the centre's own words, if those may be sent; else in
    ours, else with less. `people` are the names of those it is about.
    """
    about = Names(people)
    facts = replace(facts, public_name=voice.public_name)
    could = candidates(
        kind, facts, wording=wording, language=language, script=script, own=voice.own
    )
    # The end of a link is random: what it happens to spell tells nothing.
    safe = [said for said in could if is_safe(voice, said.without(facts.link), about)]
    return next((one for one in safe if one.is_own or one.is_one_part), safe[-1] if safe else None)


def is_safe(voice: Voice, said: Said, *about: Names) -> bool:
    try:
        check(voice, said, *about)
    except TellingText:
        return False
    return True


def check(voice: Voice, said: Said, *about: Names) -> None:
    """Raises TellingText."""
    texts.check_text(said.text, also=(*voice.kept[said.wording], *about))
    if said.wording == "discreet" and said.is_own:
        texts.check_discreet(said.text)


def public_name_of(centre_id: int) -> str:
    """What the centre calls itself to whoever reads the phone; nothing where that would tell too
    much."""
    voice = now_of(centre_id)
    name = " ".join(voice.public_name.split())
    try:
        texts.check_text(name, also=voice.kept["full"])
    except TellingText:
        return ""
    return name


# --- Reading it --------------------------------------------------------------------------

known: dict[int, tuple[UUID | None, Voice]] = {}
"""By centre, each with the stamp it was read under."""


def of_centres(centre_ids: Iterable[int]) -> dict[int, Voice]:
    """One question for the stamp, and one journey for each centre that has changed since."""
    present = setup.stamp().answer()
    return {centre_id: of_centre(centre_id, present) for centre_id in set(centre_ids)}


def now_of(centre_id: int) -> Voice:
    return of_centres([centre_id])[centre_id]


def of_centre(centre_id: int, present: UUID | None) -> Voice:
    """As it is under the `present` stamp."""
    was, voice = known.get(centre_id, (None, None))
    if voice is not None and present is not None and was == present:
        return voice
    read = read_voice(centre_id)
    known[centre_id] = present, read
    return read


def read_voice(centre_id: int) -> Voice:
    facts = {"centre": centre_id}
    (centre,), names, own = ask(
        Question(CENTRE, facts, list),
        Question(NAMES, facts, list),
        Question(TEXTS, facts, as_texts),
    )
    name, town, public_name = centre
    return Voice([name for (name,) in names], [name, town], public_name, own)


def as_texts(found: list[Row]) -> dict[Slot, str]:
    """A text that asks for what it may no more, or whose kind is gone, is left aside."""
    texts = {Slot(*slot): text for *slot, text in found}
    return {slot: text for slot, text in texts.items() if is_sound(slot, text)}
