"""Keeps the catalogues of messages, with Babel alone, so that nobody needs gettext's programs.

`python -m config.messages` brings each catalogue up to date with the code: new messages come in
untranslated, those that nobody says any more go out.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
LOCALES: Final = ROOT / "config" / "locale"
DOMAIN: Final = "django"

KEYWORDS: Final[Mapping[str, Any]] = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extract_template(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterable[Any]:
    """Extract `{% translate %}` and `{% blocktranslate %}`; one of Babel's extraction methods.

    Django itself turns the template into calls of gettext in the midst of X's, line for line.
    Babel reads that as Python, to which only the indentation would mean something.
    """
    calls: str = templatize(file.read().decode("utf-8"))
    flat = "\n".join(line.strip() for line in calls.split("\n"))
    return extract_python(BytesIO(flat.encode("utf-8")), keywords, comment_tags, {})


def spoken(root: Path = ROOT) -> Catalog:
    """All messages in the program, untranslated. Hidden directories are none of the program."""
    methods: list[tuple[str, Any]] = [
        *((f"{name}/**", "ignore") for name in ("node_modules", "tests", "var")),
        ("**.py", "python"),
        ("**/templates/**.html", extract_template),
        ("**/templates/**.txt", extract_template),
    ]
    catalogue = Catalog()
    for file, line, message, comments, context in extract_from_dir(
        root, methods, keywords=KEYWORDS, comment_tags=["Translators"]
    ):
        catalogue.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    """The catalogue of a file, or an empty one for a language that is only just begun."""
    if not path.exists():
        return Catalog(
            locale=path.parent.parent.name,
            domain=DOMAIN,
            header_comment="# Pristan's messages. `make messages` finds them; people translate.",
            project="Pristan",
            version="1",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=DOMAIN)


def update(path: Path) -> None:
    """Bring one catalogue up to date; what it has translated it keeps, and guesses nothing."""
    catalogue = read(path)
    catalogue.update(spoken(), no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as file:
        # Line numbers would change every entry below a change.
        write_po(
            file,
            catalogue,
            width=0,
            sort_by_file=True,
            include_lineno=False,
            omit_header=False,
            ignore_obsolete=True,
        )


if __name__ == "__main__":
    for folder in sorted(LOCALES.glob("*/LC_MESSAGES")):
        update(folder / f"{DOMAIN}.po")
