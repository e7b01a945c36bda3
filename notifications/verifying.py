"""Verifying a number by a code that she reads back: the one text it gets before (D27)."""

import hmac
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from base import clock
from notifications import codes, planning
from notifications.errors import MayNotText, NoCodeAsked, TooManyCodes, WrongCode
from notifications.models import Reminder, Verification
from notifications.soon import send_soon
from people import services as people_services
from people.errors import NumberChanged
from people.models import ContactCard, User

A_WHILE = timedelta(hours=1)
MOST_CODES = 3
MOST_TRIES = 5


@transaction.atomic
def ask_code(card: ContactCard, *, by: User) -> Reminder:
    """Send a new code to the card's number; an older one holds no longer. Raises MayNotText,
    TooManyCodes."""
    card = people_services.locked(card)
    reminder = Reminder(
        centre_id=card.person.centre_id,
        kind=Reminder.Kind.CODE,
        recipient=card.person,
        due_at=clock.now(),
    )
    if why := planning.silence_of(reminder, card, clock.today()):
        raise MayNotText(why=why.value)
    asked = Verification.objects.filter(reminder__recipient=card.person_id)
    if asked.filter(asked_at__gt=clock.now() - A_WHILE).count() >= MOST_CODES:
        raise TooManyCodes
    asked.filter(ended_at=None).update(ended_at=clock.now())
    reminder.save()
    Verification.objects.create(
        reminder=reminder, phone=str(card.phone), asked_by=by, asked_at=clock.now()
    )
    send_soon()
    return reminder


def read_back(card: ContactCard, code: str) -> ContactCard:
    """She reads the code from her telephone. Raises NoCodeAsked, NumberChanged, WrongCode; a wrong
    try counts."""
    if not tried(card, code):
        raise WrongCode
    return people_services.verify_number(card, phone=str(card.phone))


@transaction.atomic
def tried(card: ContactCard, code: str) -> bool:
    card = people_services.locked(card)
    asked = open_code(card)
    if asked.phone != str(card.phone):
        raise NumberChanged
    is_right = hmac.compare_digest(codes.code_of(asked.reminder).encode(), code.encode())
    asked.wrong_tries += not is_right
    if is_right or asked.wrong_tries >= MOST_TRIES:
        asked.ended_at = clock.now()
    asked.save()
    return is_right


def open_code(card: ContactCard) -> Verification:
    """Raises NoCodeAsked."""
    asked = open_codes(card).select_related("reminder").last()
    if asked is None:
        raise NoCodeAsked
    return asked


def is_open(card: ContactCard) -> bool:
    """Whether a code waits to be read back."""
    return open_codes(card).exists()


def open_codes(card: ContactCard) -> QuerySet[Verification]:
    return Verification.objects.filter(
        reminder__recipient=card.person_id,
        ended_at=None,
        asked_at__gt=clock.now() - codes.HOLDS,
    )
