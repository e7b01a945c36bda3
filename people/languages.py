"""The languages in which people may be written to. A new one is a line here and its texts in
`notifications.wording`: cards, forms, the interface and the editor of texts read this table."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CYRILLIC, LATIN = "cyrillic", "latin"


@dataclass(frozen=True)
class Language:
    """`scripts` are those it is written in: its texts are in the first, and each other is made
    of that by transliteration. `letters` are what it has beside the plain Latin and Cyrillic
    ones, in lower case."""

    name: "StrOrPromise"
    scripts: tuple[str, ...]
    letters: str = ""

    def written_in(self, script: str) -> str:
        """The script a text goes out in for who reads `script`: its own first, where it is not
        written in that one."""
        return script if script in self.scripts else self.scripts[0]


LANGUAGES: Final[MutableMapping[str, Language]] = {
    "bg": Language(_("Bulgarian"), (CYRILLIC, LATIN)),
    "en": Language(_("English"), (LATIN,)),
}
BULGARIAN, ENGLISH = "bg", "en"


def choices() -> list[tuple[str, "StrOrPromise"]]:
    return [(code, language.name) for code, language in LANGUAGES.items()]
