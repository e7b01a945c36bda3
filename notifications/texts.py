"""What may be done with a text before it goes to a phone: spell, measure, and check it.

Pure functions; the words and tables of the check are in `lexicon`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError
from notifications.lexicon import LEXICON, LOOK_ALIKES, MEETING, NEUTRAL_WORDS
from people.languages import LANGUAGES


class TellingText(DomainError):
    """A rendered text holds a word of the class `term_class`, which no text may (D28).

    The class is the only fact: the word itself is what must not be spread.
    """

    code = "telling_text"
    sentence = _("This text would say too much to whoever reads the phone. Choose plainer words.")

    def __str__(self) -> str:
        return str(WHY_TELLING.get(self.facts.get("term_class", ""), self.sentence))


WHY_TELLING: Final = {
    "link": _("There is a link or an e-mail address in it. No text may hold one."),
    "phone": _("There is a phone number in it. No text may hold one."),
    "name": _(
        "There is a name in it: of a person, a colleague, a service, the house or its street. "
        "Whoever reads the phone would know."
    ),
    "sign": _(
        "There is a sign in it that phones do not show, or that passes for another letter. "
        "Write it with plain letters, digits and punctuation."
    ),
    "meeting": _("A discreet text tells date and time only. Leave out that there is a meeting."),
    "therapy": _("There is a word about therapy in it. Choose a plainer one."),
    "role": _("There is a word in it that tells who works here. Choose a plainer one."),
    "service": _("There is a word in it that tells what the service is. Choose a plainer one."),
    "institution": _("There is a word in it that tells what house this is. Choose a plainer one."),
    "address": _("There is a word in it that tells of an address. Choose a plainer one."),
    "violence": _("There is a word about violence or danger in it. Choose a plainer one."),
    "children": _("There is a word about children or the family in it. Choose a plainer one."),
}


# --- Spelling (D37) ----------------------------------------------------------------------

# Закон за транслитерацията (2009), чл. 4; ѝ is и with its accent.
LATIN: Final[dict[str, str]] = {
    **dict(zip("абвгдезийклмнопрстуфхъьѝ", "abvgdeziyklmnoprstufhayi", strict=True)),
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sht",
    "ю": "yu",
    "я": "ya",
}
_WORD: Final = re.compile(r"[^\W\d_]+")


def transliterate(text: str) -> str:
    """Bulgarian in Latin letters, by the law of 2009. Other letters stay as they are."""
    return _WORD.sub(lambda word: _in_latin(word[0]), unicodedata.normalize("NFC", text))


def _in_latin(word: str) -> str:
    return "".join(_latin_letter(word, at) for at in range(len(word)))


def _latin_letter(word: str, at: int) -> str:
    lower = word.lower()
    # Чл. 6 and чл. 5: -ия ends in -ia, and the country keeps the name the world knows.
    if lower.endswith("ия") and at == len(word) - 1:
        latin = "a"
    elif lower == "българия" and lower[at] == "ъ":
        latin = "u"
    else:
        latin = LATIN.get(lower[at], word[at])
    return _cased(latin, word, at) if word[at].isupper() else latin


def _cased(latin: str, word: str, at: int) -> str:
    """`latin` for a capital: Щ is SHT among capitals, Sht before a small letter or alone."""
    neighbour = word[at + 1 : at + 2] or word[at - 1 : at]
    return latin.upper() if neighbour.isupper() else latin.capitalize()


# --- Size (D37) --------------------------------------------------------------------------

# GSM 03.38: the default alphabet, and the signs reached through an escape, which take two.
_GSM: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_UNITS: Final = {**dict.fromkeys(_GSM, 1), **dict.fromkeys("\f^{}\\[~]|€", 2)}
_GSM_STAND_INS: Final = str.maketrans(
    {
        **dict.fromkeys("„“”«»", '"'),
        **dict.fromkeys("‚‘’", "'"),
        **dict.fromkeys("–—−‑", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009", " "),
        "…": "...",
        "№": "No",
    }
)


class Parts(NamedTuple):
    """How a text travels: `encoding` is GSM-7 or UCS-2, `parts` what is paid for, `units` its
    length in the encoding's own units (septets, or 16-bit code units).
    """

    encoding: str
    parts: int
    units: int


def parts(text: str) -> Parts:
    """The size of `text` as an SMS. An empty text has no parts."""
    if all(sign in _GSM_UNITS for sign in text):
        units = [_GSM_UNITS[sign] for sign in text]
        return Parts("GSM-7", _count(units, alone=160, joined=153), sum(units))
    units = [2 if sign > "\uffff" else 1 for sign in text]
    return Parts("UCS-2", _count(units, alone=70, joined=67), sum(units))


def _count(units: list[int], *, alone: int, joined: int) -> int:
    """Parts needed, when one part holds `alone` units and each of several holds `joined`."""
    if sum(units) <= alone:
        return 1 if units else 0
    count, room = 1, joined
    for size in units:
        # Counted sign by sign, since neither an escape nor a surrogate pair may be cut in two.
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count


def gsm_friendly(text: str) -> str:
    """`text` with the printer's signs „ “ – № … as signs of GSM-7: one of them would make the
    whole text UCS-2, and more than twice as dear.
    """
    return text.translate(_GSM_STAND_INS)


def thrifty(text: str) -> str:
    """`gsm_friendly` where that spares something. What Cyrillic letters make UCS-2 anyway keeps
    its own signs, unless plain ones take fewer parts."""
    plain = gsm_friendly(text)
    now, then = parts(text), parts(plain)
    return plain if then.encoding == "GSM-7" or then.parts < now.parts else text


# --- What a text must not say (D28) ------------------------------------------------------

_TOKEN: Final = re.compile(r"[^\W_]+")
# Words taken apart: пси-холог, п с и х о л о г, Ц. О. П.
_TIED: Final = re.compile(r"[^\W_]+(?:['\u2019\u2010\u2011-][^\W_]+)+")
_SPACED: Final = re.compile(r"(?<![^\W_])[^\W\d_](?:[\W_]{1,3}[^\W\d_](?![^\W_])){2,}")
# A word with a digit in it is a word in disguise (3аповед, 6umen), unless it is one of these.
_MIXED: Final = re.compile(r"(?=\w*\d)(?=\w*[^\W\d])\w+")
_COUNTED: Final = re.compile(
    r"\d+(?:ч|час|часа|г|мин|ви|ри|ти|ро|то|ch|chas|chasa|g|min|h|am|pm|st|nd|rd|th)"
)
_PLAIN_SIGNS: Final = frozenset("0123456789 .,;:!?()\"'-/+&%#–—…№„“”«»‚‘’")
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f]")
_BOTH_ALPHABETS: Final = re.compile(r"[a-z][\u0400-\u052f]|[\u0400-\u052f][a-z]")
_LINK: Final = re.compile(r"://|www\.|@|[^\W_]\.(?!\d)[^\W_]{2,}|(?:\d{1,3}\.){3}\d{1,3}")
_ASCII_LINK: Final = re.compile(r"(?a:(?<!\S)[!-~]*[\w/]\.[a-z]{2,}[!-~]*(?!\S))")
_DATE: Final = re.compile(r"\d{2}\.\d{2}\.\d{4}")
_PHONE: Final = re.compile(r"\d(?:[\s()./-]*\d){6,}")
# Drawn as nothing, though Unicode counts them as letters or symbols.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# From the first sign of a row of look-alikes to the Bulgarian letter in it: в rather than ь.
_BULGARIAN: Final = {
    LOOK_ALIKES[letter]: letter for letter in LATIN if letter in LOOK_ALIKES and letter != "ь"
}
_AS_BULGARIAN: Final = str.maketrans(
    {
        **_BULGARIAN,
        **{
            sign: _BULGARIAN[first]
            for sign, first in LOOK_ALIKES.items()
            if first in _BULGARIAN and not _CYRILLIC.match(sign)
        },
    }
)


class Names:
    """Names that a text must keep, made ready once for many texts."""

    def __init__(self, names: Iterable[str]) -> None:
        self.terms = _names(names)

    def __contains__(self, token: str) -> bool:
        return self.terms.match(token) is not None


def check_text(
    rendered: str,
    *,
    forbidden: Collection[str] = (),
    also: Collection[Names] = (),
    links_allowed: bool = False,
) -> None:
    """Raise TellingText if `rendered`, the text as it would leave, says what none may.

    `forbidden` and `also` are the names this text must keep: of people, services, streets. A name
    counts in either script and whatever its case and ending; invisible characters and look-alike
    letters hide nothing. Phone numbers and, unless `links_allowed`, links count too; and signs
    of no alphabet of ours, since nobody has listed what those may pass for.
    """
    names = [*also, *([Names(forbidden)] if forbidden else ())]
    found = _term_class(_bare(rendered), names, links_allowed=links_allowed)
    words = _ASCII_LINK.sub("", rendered) if links_allowed else rendered
    if found or is_disguised(words):
        raise TellingText(term_class=found or "sign")


def is_disguised(text: str) -> bool:
    """Whether any sign or word may pass for another."""
    text = unicodedata.normalize("NFC", text)
    if not all(map(is_plain, text)) or _BOTH_ALPHABETS.search(text.lower()):
        return True
    return not all(map(_COUNTED.fullmatch, _MIXED.findall(text.lower())))


def check_discreet(rendered: str) -> None:
    """Raise TellingText if a discreet text says what only a plain one may: that there is a
    meeting (D29)."""
    if any(_meeting().match(token) for token in _tokens(_bare(rendered))):
        raise TellingText(term_class="meeting")


def is_plain(sign: str) -> bool:
    """Whether a sign is a letter of a language that we write, a digit, or plain punctuation."""
    if sign in _PLAIN_SIGNS:
        return True
    letter = unicodedata.normalize("NFD", sign.lower())[0]
    own = "".join(language.letters for language in LANGUAGES.values())
    return "a" <= letter <= "z" or letter in LATIN or sign.lower() in own


def _term_class(text: str, names: Collection[Names], *, links_allowed: bool) -> str | None:
    if _LINK.search(text) and not links_allowed:
        return "link"
    if _PHONE.search(_DATE.sub("", text)):
        return "phone"
    tokens = _tokens(text)
    if any(token in some for token in tokens if token not in _neutral() for some in names):
        return "name"
    return next((found for token in tokens if (found := _lexicon().match(token))), None)


class _Terms:
    """Skeletons of words, each with its class: whole ones, and beginnings."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._beginnings: dict[str, str] = {}

    def add(self, word: str, term_class: str, *, open_ended: bool) -> None:
        terms = self._beginnings if open_ended else self._whole
        terms.setdefault(_skeleton(word), term_class)

    def match(self, token: str) -> str | None:
        """The class of the term that `token` is or begins with."""
        starts = (token[:length] for length in range(2, len(token) + 1))
        beginning = next((start for start in starts if start in self._beginnings), None)
        return self._beginnings[beginning] if beginning else self._whole.get(token)


@lru_cache(maxsize=1)
def _lexicon() -> _Terms:
    return _terms(LEXICON)


@lru_cache(maxsize=1)
def _meeting() -> _Terms:
    return _terms({"meeting": MEETING})


def _terms(words_by_class: Mapping[str, str]) -> _Terms:
    terms = _Terms()
    for term_class, words in words_by_class.items():
        for word in words.split():
            stem, open_ended = word.removesuffix("*"), word.endswith("*")
            for spelling in (stem, transliterate(stem)):
                terms.add(spelling, term_class, open_ended=open_ended)
    return terms


@lru_cache(maxsize=1)
def _neutral() -> frozenset[str]:
    return frozenset(_skeleton(s) for word in NEUTRAL_WORDS for s in (word, transliterate(word)))


def _names(names: Iterable[str]) -> _Terms:
    """The words of `names`, with the endings Bulgarian gives them: Иванов, Иванова, Ивановото.

    Single letters are left out: an initial is also a preposition.
    """
    terms = _Terms()
    for word in words_of(names) - NEUTRAL_WORDS:
        if len(word) > 1:
            for spelling in _spellings(word):
                stem = _stem(spelling)
                terms.add(stem, "name", open_ended=stem != spelling)
    return terms


def words_of(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in _TOKEN.findall(_bare(name))}


def _spellings(word: str) -> set[str]:
    """As it stands, by the law, and letter by letter: Илия, Ilia, Iliya."""
    return {word, transliterate(word), "".join(LATIN.get(letter, letter) for letter in word)}


def _stem(word: str) -> str:
    """What of a name survives its endings. Short names are kept whole: Ана is not анализ."""
    if len(word) < 5:
        return word
    return word[:-1] if len(word) < 7 else word[:-2]


def _tokens(text: str) -> list[str]:
    """The words of bare `text` as skeletons: as they look, and, for those in Cyrillic, as they
    are spelt in Latin. Pure numbers are no words, though 10 looks like lo.
    """
    words = [word for word in _TOKEN.findall(text) if not word.isdigit()]
    tied = ("".join(_TOKEN.findall(one)) for one in _TIED.findall(text))
    words += [word for word in tied if not word.isdigit()]
    words += [word for one in _SPACED.findall(text) for word in _runs("".join(_TOKEN.findall(one)))]
    cyrillic = (word.translate(_AS_BULGARIAN) for word in words if _CYRILLIC.search(word))
    spelt = (spelling for word in cyrillic for spelling in _spellings(word))
    return [_skeleton(word) for word in (*words, *spelt)]


def _runs(letters: str) -> Iterator[str]:
    """All that letters standing alone may spell, wherever it begins and ends: в Ц О П."""
    for begin in range(len(letters)):
        for end in range(begin + 3, len(letters) + 1):
            yield letters[begin:end]


def _bare(text: str) -> str:
    """`text` without what the eye does not see: case, width, invisible and combining signs.

    Composed, so that й is not mistaken for и with a stray mark.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_visible(folded))


def _visible(text: str) -> Iterator[str]:
    for sign in text:
        category = unicodedata.category(sign)
        control = category == "Cc" and not sign.isspace()
        if not (control or category in {"Cf", "Mn", "Me"} or sign in _BLANK_LETTERS):
            yield sign


def _skeleton(text: str) -> str:
    """Bare `text` as it looks: one sign for each row of look-alikes, and no accents."""
    plain = _visible(unicodedata.normalize("NFKD", text))
    return "".join(LOOK_ALIKES.get(sign, sign) for sign in plain)
