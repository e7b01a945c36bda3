"""The network's far end, for tests of what comes before it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from base import clock
from notifications import reconciling, sending
from notifications.gateways import Listed, Message, NoAnswer, Outcome, Report, Sent
from notifications.models import Delivery
from tests.support.building import MONDAY, at

FRIDAY = MONDAY + timedelta(days=4)
NOW = at(MONDAY, 8)


class Recorder:
    """A gateway at the network's far end: remembers, and answers as told. `list` is what it lists
    to whoever asks; None: it does not answer."""

    name = "recorder"

    def __init__(self, answer: Callable[[Message], Outcome] | None = None) -> None:
        self.sent: list[Message] = []
        self.answer = answer or (lambda message: Sent(sid="SM" + message.attempt.hex))
        self.list: list[Listed] | None = []
        self.reports: dict[str, Report] = {}
        self.redacted: list[str] = []

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.answer(message)

    def listed(self, to: str, *, since: datetime) -> list[Listed]:
        if self.list is None:
            raise NoAnswer("HTTP 500")
        return self.list

    def report(self, sid: str) -> Report | None:
        return self.reports.get(sid)

    def redact(self, sid: str) -> bool:
        self.redacted.append(sid)
        return True


def send_at(instant: datetime, gateway: Recorder) -> int:
    with clock.frozen(instant):
        return sending.send_due(gateway)


def looked_at(gateway: Recorder, instant: datetime) -> int:
    """What happens once the grace is over, at that instant."""
    Delivery.objects.filter(look_at__isnull=False).update(look_at=NOW - timedelta(days=9000))
    with clock.frozen(instant):
        return reconciling.reconcile(gateway)
