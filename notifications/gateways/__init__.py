"""The port to whoever carries a text to a phone.

A gateway makes one attempt and says which of three things came of it. It never tries twice:
whether trying again can help, and whether it would be safe, is the caller's to decide (D33).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True)
class Message:
    """One attempt at one text.

    `to` is in E.164. `attempt` is ours, new for each attempt, and comes back in the operator's
    callbacks. After `valid_for` the text is worth nothing and must not be delivered. At `send_by`,
    in seconds of the machine's monotonic clock, the claim on it is about to run out: a worker
    that was asleep so long must not begin. Neither number nor text shows in the repr, so neither
    reaches a log through a traceback.
    """

    to: str = field(repr=False)
    body: str = field(repr=False)
    attempt: UUID
    valid_for: timedelta
    send_by: float = float("inf")


@dataclass(frozen=True)
class Sent:
    """The operator has it, under the operator's own id `sid`. It may still not arrive."""

    sid: str


@dataclass(frozen=True)
class Refused:
    """The operator certainly did not take it; `code` is the operator's own, if it gave one.

    `retry_after` is how long to wait before another attempt; None: the same attempt would be
    refused again.
    """

    code: int | None
    retry_after: timedelta | None


@dataclass(frozen=True)
class Unknown:
    """Nobody can say whether it left. Never resent on this alone: a callback or a listing
    decides. `cause` is a word for staff and logs, free of numbers and texts.
    """

    cause: str


@dataclass(frozen=True)
class NotBegun:
    """`send_by` had passed: nothing was asked of the operator."""


Outcome = Sent | Refused | Unknown | NotBegun


@dataclass(frozen=True)
class Listed:
    """A message as the operator keeps it."""

    sid: str
    body: str = field(repr=False)


@dataclass(frozen=True)
class Report:
    """What the operator says of a message: `status` is its own word."""

    sid: str
    status: str
    error_code: int | None


class NoAnswer(Exception):
    """The operator could not be asked, or did not answer: nothing is known."""


class Gateway(Protocol):
    """All of it takes seconds, so none of it belongs in a transaction. `send` does not raise for
    anything the operator or the network does; the others raise NoAnswer."""

    @property
    def name(self) -> str:
        """Of the sender: what shares one allowance has one name."""
        ...

    def send(self, message: Message) -> Outcome:
        """Make one attempt."""
        ...

    def listed(self, to: str, *, since: datetime) -> Sequence[Listed]:
        """Every message to this number, made since an instant, that the operator lists by now."""
        ...

    def report(self, sid: str) -> Report | None:
        """What became of a message; None when the operator has no such message."""
        ...

    def redact(self, sid: str) -> bool:
        """Take the text away from the operator's copy; False as long as it refuses to."""
        ...


def current() -> Gateway:
    """The gateway that SMS_GATEWAY names."""
    # Imported when asked for: loading Twilio's client is slow, and a desk that writes its
    # texts to the console never needs it.
    if settings.SMS_GATEWAY == "twilio":
        from notifications.gateways import twilio  # noqa: PLC0415

        return twilio.gateway(twilio.Config.from_settings())
    from notifications.gateways import console  # noqa: PLC0415

    return console.ConsoleGateway()


def masked(number: str) -> str:
    """A phone number as it may be shown: its last two digits, enough to tell two apart."""
    return "•" * (len(number) - 2) + number[-2:] if len(number) > 4 else "•" * len(number)
