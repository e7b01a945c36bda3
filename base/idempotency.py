"""The same POST twice is one creation: the answer is stored in the creation's transaction."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from base import clock
from base.errors import KeyReused
from base.models import IdempotencyKey
from base.renderers import to_json

KEPT = timedelta(days=1)

Answer = tuple[int, Any]
"""Status and body."""


def fingerprint(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


@transaction.atomic
def once(user_id: int, key: str, print_: str, compute: Callable[[], Answer]) -> Answer:
    """`compute()` the first time, the stored answer after. A refusal is not stored: it changed
    nothing, so a repeat may fare better.

    Raises KeyReused when the key came with another request. Of two at once the second waits on
    the unique row and then reads the first's answer.
    """
    mine = IdempotencyKey(user_id=user_id, key=key, fingerprint=print_, created_at=clock.now())
    IdempotencyKey.objects.bulk_create([mine], ignore_conflicts=True)
    row = IdempotencyKey.objects.select_for_update().get(user_id=user_id, key=key)
    if row.fingerprint != print_:
        raise KeyReused
    if row.status is None:
        row.status, answer = compute()
        row.answer = to_json(answer).decode()
        row.save()
    return row.status, json.loads(row.answer)


def forget(*, before: datetime) -> None:
    """Delete keys whose repeats are no longer expected."""
    IdempotencyKey.objects.filter(created_at__lt=before).delete()
