"""The lines of a calendar file that tell when (RFC 5545 3.1). Titles, places, people and texts are
never taken out of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from scheduling.incoming.errors import UnreadableCalendar

FOLD = re.compile(rb"\r?\n[ \t]")
BREAK = re.compile(r"\r\n?")

LINE = re.compile(
    r"^(BEGIN|END|UID|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|STATUS|TRANSP"
    r"|FREEBUSY|TZID|TZOFFSETFROM|TZOFFSETTO)"
    r'((?:;(?:[^":\n]|"[^"\n]*+")*+)?+):(.*)$',
    re.IGNORECASE | re.MULTILINE,
)
PARAMETER = re.compile(r';([^=;"]+)=("[^"]*"|[^;"]*)')


@dataclass(frozen=True)
class Line:
    """One property. `told` is its parameters as they were written."""

    name: str
    told: str
    value: str

    @cached_property
    def parameters(self) -> dict[str, str]:
        return {name.upper(): value.strip('"') for name, value in PARAMETER.findall(self.told)}

    @property
    def values(self) -> list[str]:
        return [value.strip() for value in self.value.split(",") if value.strip()]


@dataclass
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Line]:
        return (line for line in self.lines if line.name == name)

    def first(self, name: str) -> Line | None:
        return next(self.all(name), None)

    def text(self, name: str) -> str:
        line = self.first(name)
        return line.value.strip() if line else ""

    def word(self, name: str) -> str:
        return self.text(name).upper()


def read(calendar: bytes) -> Component:
    """All its calendars as the parts of one. Raises UnreadableCalendar."""
    text = BREAK.sub("\n", FOLD.sub(b"", calendar).decode("utf-8-sig", "replace")).lstrip()
    whole = Component("")
    if text[:15].upper() != "BEGIN:VCALENDAR":
        raise UnreadableCalendar
    open_ones = [whole]
    for written, told, value in LINE.findall(text):
        name, inner = written.upper(), open_ones[-1]
        if name == "BEGIN":
            open_ones.append(Component(value.strip().upper()))
            inner.parts.append(open_ones[-1])
        elif name != "END":
            inner.lines.append(Line(name, told, value))
        elif inner.name == value.strip().upper() and inner is not whole:
            open_ones.pop()
        else:
            raise UnreadableCalendar
    if open_ones != [whole]:
        raise UnreadableCalendar
    return whole
