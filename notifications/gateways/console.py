"""A gateway for a desk without an operator: the text appears where the worker was started."""

import sys
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from notifications import texts
from notifications.gateways import Listed, Message, Report, Sent, masked


@dataclass(frozen=True)
class ConsoleGateway:
    """Writes one line for each text, with the number masked.

    The text itself is shown: it is what a person trying the program wants to see, and by D28
    it carries nothing telling. It goes to standard output and not to a logger, because log
    lines carry ids only and are kept.
    """

    out: TextIO | None = None
    name: str = "console"

    def send(self, message: Message) -> Sent:
        _print_safely(_line(message), self.out or sys.stdout)
        # As long as an operator's SID, so that it fits wherever one does, but of another shape.
        return Sent(sid=f"CO{message.attempt.hex}")

    def listed(self, to: str, *, since: datetime) -> list[Listed]:
        """A console keeps no list: what a worker was writing when it died was not read."""
        return []

    def report(self, sid: str) -> Report:
        """What stands on the console has been delivered as far as it ever will be."""
        return Report(sid, "delivered", None)

    def redact(self, sid: str) -> bool:
        """Nothing is kept."""
        return True


def _line(message: Message) -> str:
    size = texts.parts(message.body)
    noun = "part" if size.parts == 1 else "parts"
    one_line = " ".join(message.body.split())
    return f"SMS to {masked(message.to)} ({size.parts} {noun}, {size.encoding}): {one_line}\n"


def _print_safely(line: str, out: TextIO) -> None:
    # A console that cannot show Cyrillic (Windows, LC_ALL=C) must not stop the worker.
    encoding = out.encoding or "utf-8"
    out.write(line.encode(encoding, "replace").decode(encoding))
    out.flush()
