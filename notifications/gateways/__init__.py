"""The port to whoever carries a text to a phone.

A gateway makes one attempt and says which of three things came of it. It never tries twice:
whether trying again can help, and whether it would be safe, is the caller's to decide (D33).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True)
class Message:
    """One attempt at one text.

    `to` is in E.164. `attempt` is ours, new for each attempt, and comes back in the operator's
    callbacks. After `valid_for` the text is worth nothing and must not be delivered. Neither
    number nor text shows in the repr, so neither reaches a log through a traceback.
    """

    to: str = field(repr=False)
    body: str = field(repr=False)
    attempt: UUID
    valid_for: timedelta


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


Outcome = Sent | Refused | Unknown


class Gateway(Protocol):
    def send(self, message: Message) -> Outcome:
        """Make one attempt. Takes seconds, so never within a transaction. Does not raise for
        anything the operator or the network does.
        """
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
