"""Calendar files, written out as programs export them; and those of other people's tests."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from tests.support import tools


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*parts: str) -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "".join(parts) + "END:VCALENDAR\r\n").encode()


def one(*lines: str) -> bytes:
    """A calendar of one event."""
    return calendar(event(*lines))


def published() -> Iterator[tuple[str, bytes]]:
    """Every calendar in the source archives of icalendar and recurring-ical-events."""
    archives = tools.calendar_archives()
    for archive in archives or ():
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.name.endswith(".ics"):
                    found = opened.extractfile(member)
                    assert found is not None
                    yield member.name, found.read()
