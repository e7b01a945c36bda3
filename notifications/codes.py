"""Codes to verify a number by: she reads back what her telephone shows (D27).

A code is nowhere stored. It is the keyed hash of its reminder's id, so the worker that sends it
and the desk that hears it read back come to the same six digits.
"""

import hmac
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import F

from notifications.models import Reminder, Verification
from notifications.wording import Facts

DIGITS = 6
HOLDS = timedelta(minutes=15)


def code_of(reminder: Reminder) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), reminder.public_id.bytes, sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def facts(reminder: Reminder) -> Facts | None:
    """The code, worth something until it expires; None when a newer one was asked for, or the card
    has another number by now."""
    waits = Verification.objects.filter(
        reminder=reminder, ended_at=None, phone=F("reminder__recipient__contact_card__phone")
    )
    return Facts(reminder.due_at + HOLDS, code=code_of(reminder)) if waits.exists() else None
