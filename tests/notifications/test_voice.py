"""What is sent, with names of all kinds around it and whatever a centre writes: nothing telling.

The oracle knows nothing of `notifications.texts`. It folds a text by what Unicode says of its
signs, spells it by a table of its own, and looks for words of its own and for the names in it.
"""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from base.errors import DomainError
from notifications import editing, texts, wording
from notifications.texts import TellingText
from notifications.voice import Voice, say
from notifications.wording import LEVELS, TEMPLATES, Facts, Slot
from people.languages import LANGUAGES

# --- The oracle ---------------------------------------------------------------------------

SPELT = {
    **dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФХЪЬ", "ABVGDEZIYKLMNOPRSTUFHAY", strict=True)),
    "Ж": "ZH",
    "Ц": "TS",
    "Ч": "CH",
    "Ш": "SH",
    "Щ": "SHT",
    "Ю": "YU",
    "Я": "YA",
}
TELLING = [
    "ПСИХОЛОГ",
    "ТЕРАПИ",
    "НАСИЛИ",
    "ДЕТЕ",
    "ДЕЦА",
    "МАЙКА",
    "БЕБЕ",
    "ЦЕНТЪР",
    "ДОМ",
    "ПРИЮТ",
    "УБЕЖИЩЕ",
    "СОЦИАЛН",
    "КОНСУЛТ",
    "АДВОКАТ",
    "УЛИЦА",
    "ЛОГОПЕД",
    "ТРАВМА",
    "СЕМЕЙ",
    "РОДИТЕЛ",
    "ЖЕРТВА",
    "УСЛУГ",
    "ЗВЕНО",
    "ЦОП",
    "ЗМБ",
    "ОЗД",
    "ПОЛИЦИ",
    "PSYCHOLOG",
    "THERAP",
    "VIOLEN",
    "CHILD",
    "MOTHER",
    "SHELTER",
    "HOUSE",
    "CLINIC",
    "LAWYER",
    "COUNSEL",
    "ABUSE",
    "SOCIAL",
]
WHOLE = {"ДЕТЕ", "ДЕЦА", "ДОМ", "ЦОП", "ЗМБ", "ОЗД", "БЕБЕ"}
DRAWN_ALIKE = str.maketrans("АВЕКМНОРСТУХІЈЅԚԜѴ", "ABEKMHOPCTYXIJSQWV")
DIGITS_READ = ("ОЗБЧІ", "OЗБЧI", "OЗБЧL")
"""What 0, 3, 6, 4 and 1 pass for inside a word."""


def named(sign: str) -> str:
    """The plain letter that Unicode's name of a sign ends in: К of NEGATIVE SQUARED … K."""
    name = unicodedata.name(sign, "")
    last = name.rsplit(" ", 1)[-1]
    is_drawn = "LETTER" in name and "LATIN" in name and len(last) == 1
    return last if is_drawn else sign


def seen(text: str) -> str:
    """What the eye reads, in capitals: marks and what takes no room left out."""
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", text)
        if unicodedata.category(sign) not in {"Cf", "Cc", "Mn", "Me"}
        or sign in "\N{COMBINING BREVE} "
    )
    return "".join(named(sign) for sign in unicodedata.normalize("NFC", plain)).upper()


def spelt(word: str) -> str:
    return "".join(SPELT.get(letter, letter) for letter in word)


def words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def forms(word: str) -> set[str]:
    """In capitals: as it stands, in Latin letters, and as it looks in them."""
    latin = spelt(word)
    ia = {latin[:-3] + "IA"} if latin.endswith("IYA") else set()
    read = {word.translate(str.maketrans("03641", letters)) for letters in DIGITS_READ}
    drawn = {one.translate(DRAWN_ALIKE) for one in (word, *read)}
    return {word, latin, *ia, *drawn, *map(spelt, read)}


def tells(text: str, names=()) -> str:
    """The forbidden word or name that a reader of `text` sees; nothing when there is none."""
    read = {form for word in words(seen(text)) if not word.isdigit() for form in forms(word)}
    for stem in TELLING:
        for form in forms(stem):
            if any(one == form or (stem not in WHOLE and one.startswith(form)) for one in read):
                return stem
    for name in names:
        for word in words(seen(name)):
            if len(word) > 2 and word not in OURS and read & forms(word):
                return word
    return ""


OURS = {form for text in TEMPLATES.values() for word in words(seen(text)) for form in forms(word)}
"""Our own texts hold these words, so they tell nobody's name."""


@pytest.mark.parametrize(
    "text",
    [
        *("психолог", "ПСИХОЛОГЪТ", "psiholog", "пcиxoлoг"),
        *("де\u200bте", "дете\u0301", "ｐｓｉｈｏｌｏｇ", "🅿🆂🅸🅷🅾🅻🅾🅶", "the Shelter"),
    ],
)
def test_the_oracle_sees(text):
    assert tells(text)


@pytest.mark.parametrize("text", ["Напомняне: 24.11.2026 г., 10:00 ч.", "детелина", "Домат"])
def test_the_oracle_sees_no_ghosts(text):
    assert not tells(text, ["Мария Петрова", "Първа стъпка"])


def test_the_oracle_sees_names():
    assert tells("за МАРИЯ", ["Мария Петрова"])
    assert tells("Mariya", ["Мария"])
    assert tells("Ilia", ["Илия"])
    assert not tells("Марияна", ["Мария"])


# --- What is drawn ------------------------------------------------------------------------

BULGARIAN = "абвгдежзийклмнопрстуфхцчшщъьюя"
LATIN = "abcdefghijklmnopqrstuvwxyz"
KNOWN = [
    "Мария",
    "Иван",
    "Надежда",
    "Роза",
    "Виктория",
    "Петров",
    "Иванова",
    "Ангелова",
    "Цветан",
    "Ия",
    "Щерю",
    "Юлия",
    "Йоана",
    "Ана",
    "Зоя",
    "Maria",
    "Ivan",
    "Nadezhda",
    "Anne-Marie",
    "Smith",
    "Öztürk",
    "Ștefan",
]
given_names = st.one_of(
    st.sampled_from(KNOWN),
    st.text(BULGARIAN, min_size=3, max_size=10).map(str.title),
    st.text(LATIN, min_size=3, max_size=10).map(str.title),
)
people = st.tuples(given_names, given_names).map(" ".join)
services = st.one_of(
    st.sampled_from(["Психологическо консултиране", "Първа стъпка", "Слънчо", "Arts crafts"]),
    people,
)
houses = st.one_of(
    st.sampled_from(["Комплекс за социални услуги – Стара Загора", "Пристан", "Nova Zora"]), people
)
streets = st.one_of(
    st.sampled_from(["ул. „Цар Симеон Велики“ 12", "бул. Руски 4", "14 Rose Street"]),
    given_names.map("ул. „{}“ 7".format),
)
TWINS = {
    **dict(zip("аеорсухіѕј", "aeopcyxisj", strict=True)),
    **dict(zip("aeopcyxisj", "аеорсухіѕј", strict=True)),
    **dict(zip("вкмнт", "BKMHT", strict=True)),
}
DIGITS = {"о": "0", "o": "0", "з": "3", "б": "6", "ч": "4", "l": "1", "i": "1"}
SPRINKLED = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0301\u0336\u202e\u034f\u3164\u180e\ufe0f"
STRANGE = "ᴀʙᴄᴅᴇаᎪᏢꓐⅠΜАԁօⲟ🅿🅰𝐚ａ"


@st.composite
def disguised(draw, word):
    """In any case; and perhaps letters exchanged for others drawn like them, or for digits, or
    unseen signs between them."""
    is_twinned, is_sprinkled = draw(
        st.tuples(st.booleans(), st.integers(0, 4).map(lambda n: n > 2))
    )
    digits = draw(st.sampled_from([{}, {}, DIGITS]))
    signs = []
    for letter in word:
        twin = draw(st.sampled_from([letter, TWINS.get(letter.lower(), letter)]))
        drawn = digits.get(letter.lower(), twin if is_twinned else letter)
        signs.append(draw(st.sampled_from([drawn.lower(), drawn.upper(), drawn])))
        if is_sprinkled:
            signs.append(draw(st.sampled_from(["", "", *SPRINKLED])))
    return "".join(signs)


@st.composite
def worlds(draw, kind, level):
    """A centre's voice, with own texts and a public name that may hold any of its names in any
    disguise, and the people a text is about."""
    staff = draw(st.lists(people, max_size=3))
    about = draw(st.lists(people, max_size=2))
    offers = draw(st.lists(services, max_size=2))
    roads = draw(st.lists(streets, max_size=2))
    house = draw(houses)
    telling = st.sampled_from([
        *(word for one in (*staff, *about, *offers, *roads) for word in words(one)),
        *words(house) * 3,
        *(word.lower() for word in TELLING), "вторник", "утре", "hello", "Слънчо",
    ])  # fmt: skip
    word = telling.flatmap(
        lambda one: st.sampled_from([one, spelt(one.upper()).lower()]).flatmap(disguised)
    ) | st.text(STRANGE, min_size=1, max_size=4)
    public = draw(st.one_of(st.just(""), houses, word, st.tuples(word, word).map(" ".join)))
    own = {}
    mine = [slot for slot in wording.slots() if slot.kind == kind]
    here = draw(st.sampled_from([slot for slot in mine if slot.wording == level]))
    for slot in (here, *draw(st.lists(st.sampled_from(mine), max_size=4))):
        ours = TEMPLATES[slot[:3]]
        own[slot] = draw(st.sampled_from(["{} " + ours, ours + " {}", "({})" + ours])).replace(
            "{}", draw(word), 1
        )
    voice = Voice([*staff, *offers, *roads], [house], public, own)
    return voice, about, [*staff, *about, *offers, *roads], house


FACTS = Facts(
    datetime(2026, 11, 24, 8, tzinfo=UTC),
    datetime(2027, 2, 9, 8, tzinfo=UTC),
    dates=12,
    code="482913",
)
asked = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(wording.kinds()),
        "wording": st.sampled_from(LEVELS),
        "language": st.sampled_from(sorted(LANGUAGES)),
        "script": st.sampled_from(["cyrillic", "latin"]),
    }
)


def with_world(how):
    return st.tuples(st.just(how), worlds(how["kind"], how["wording"]))


@given(asked.flatmap(with_world))
def test_nothing_that_is_sent_tells(case):
    how, (voice, about, names, house) = case
    said = say(voice, how["kind"], FACTS, wording=how["wording"], language=how["language"],
               script=how["script"], people=about)  # fmt: skip
    if said is None:
        return
    assert not tells(said.text, names), said
    public = {form for word in words(seen(voice.public_name)) for form in forms(word)}
    if said.wording == "full":
        house = " ".join(word for word in words(seen(house)) if not forms(word) & public)
    assert not tells(said.text, [house]), said
    if said.wording != "full" and not said.is_own:
        assert not tells(said.text, [voice.public_name]), said


@given(asked.flatmap(with_world))
def test_something_is_always_sent(case):
    """Whatever a centre writes and whoever works there: our own discreet text is safe."""
    how, (voice, about, _names, _house) = case
    said = say(voice, how["kind"], FACTS, wording=how["wording"], language=how["language"],
               script=how["script"], people=about)  # fmt: skip
    assert said is not None
    assert said.is_own or said.is_one_part


@given(asked.flatmap(with_world), st.data())
def test_what_may_be_kept_tells_nothing(case, data):
    """At saving, of the centre's names; who it will be about is known only later."""
    how, (voice, about, _names, _house) = case
    slot = Slot(how["kind"], how["wording"], how["language"],
                LANGUAGES[how["language"]].written_in(how["script"]))  # fmt: skip
    text = voice.own.get(slot) or data.draw(st.sampled_from(
        [*voice.own.values(), TEMPLATES[slot[:3]]]
    ))  # fmt: skip
    try:
        kept = editing.check(replace(voice, own={}), slot, text)
    except DomainError:
        return
    staff = [name for name in voice.names if not set(words(name)) & set(words(" ".join(about)))]
    for _script, said in editing.spelt(replace(voice, own={}), slot, kept, editing.SAMPLE):
        assert not tells(said.text, staff)


@given(st.text(max_size=80))
@example("{date} {time} \u202e")
def test_any_template_gets_an_answer(text):
    slot = Slot("reminder", "plain", "bg", "cyrillic")
    try:
        editing.check(Voice(["Мария Петрова"]), slot, text)
    except (TellingText, editing.MalformedPlaceholder, editing.ForbiddenPlaceholder,
            editing.MissingPlaceholder):  # fmt: skip
        return
    assert {"{date}", "{time}"} <= set(text.replace("}", "} ").replace("{", " {").split())


def test_our_own_words_are_nobodys_name():
    """A service may be called „Нов час“: our texts still leave."""
    for text in TEMPLATES.values():
        for word in words(wording.PLACEHOLDER.sub("", text)):
            for script in (word, texts.transliterate(word)):
                texts.check_text(script, forbidden=[word, word.title()])


@pytest.mark.parametrize("slot", wording.slots(), ids="/".join)
def test_our_own_texts_may_be_kept_as_they_are(slot):
    assert editing.check(Voice(), slot, wording.TEMPLATES[slot[:3]])


def test_an_hour_is_said_in_sofia():
    said = say(Voice(), "reminder", replace(FACTS, starts_at=FACTS.starts_at + timedelta(hours=14)),
               wording="discreet", language="bg", script="cyrillic")  # fmt: skip
    assert said.text == "Напомняне: 25.11.2026 г., 00:00 ч."
