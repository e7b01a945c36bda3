"""One allowance for each sender, shared by all workers: operators cut off whoever texts faster than
agreed, and answer 429 long before that."""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now  # noqa: TID251 - allowances are on database time

from base import clock
from base.rows import fetch
from notifications.models import Sender

ASLEEP = timedelta(days=1)
CLOCKS_AGREE = timedelta(minutes=1)


LOCK = """
    SELECT id, credit, paused_until, now() - counted_at
      FROM notifications_sender WHERE name = %(name)s FOR UPDATE
"""
SPEND = """
    UPDATE notifications_sender SET credit = %(credit)s, counted_at = now()
     WHERE id = %(key)s RETURNING id
"""


class Allowance(NamedTuple):
    """How many texts may leave now; `wait` is until one may, where none may."""

    texts: int
    wait: timedelta


def the(name: str) -> Sender:
    """The sender of that name, made when first asked for."""
    return Sender.objects.get_or_create(name=name, defaults={"counted_at": Now() - ASLEEP})[0]


def take(name: str, wanted: int) -> Allowance:
    """Use up to `wanted` of the allowance, in the caller's transaction, which other workers wait
    for. It grows by SMS_PER_SECOND, and never beyond what one second gives (or one text)."""
    assert transaction.get_connection().in_atomic_block
    found = fetch(LOCK, {"name": name}) or fetch(LOCK, {"name": the(name).name})
    key, saved, paused_until, elapsed = found[0]
    now = clock.now()
    if paused_until and paused_until > now:
        return Allowance(0, paused_until - now)
    rate: float = settings.SMS_PER_SECOND
    credit = min(max(rate, 1.0), saved + rate * elapsed.total_seconds())
    texts = min(wanted, int(credit))
    fetch(SPEND, {"credit": credit - texts, "key": key})
    return Allowance(texts, timedelta(seconds=max(0.0, (1 - credit) / rate)))


def clock_is_right() -> bool:
    """Whether this machine's clock and the database's agree to a minute."""
    ((theirs,),) = fetch("SELECT clock_timestamp()", {})
    return bool(abs(clock.now() - theirs) < CLOCKS_AGREE)


def pause(name: str, *, until: timedelta) -> None:
    """The operator asks for patience: nobody sends for so long."""
    Sender.objects.filter(pk=the(name).pk).update(paused_until=clock.now() + until)


def note_trouble(name: str, code: int) -> None:
    """What the administrator must see to (D34)."""
    Sender.objects.filter(pk=the(name).pk).update(trouble_code=code, trouble_at=clock.now())


def note_health(name: str) -> None:
    """A text was taken: whatever it was is over."""
    Sender.objects.filter(name=name).exclude(trouble_code=None).update(
        trouble_code=None, trouble_at=None
    )
