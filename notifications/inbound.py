"""Texts that come back (D36). We never depend on them, and never say anything in answer: an answer
would tell whoever holds the telephone that there is something to know."""

import unicodedata
from typing import Final

from django.db import transaction

from base import clock
from base.models import Task
from base.services import open_task
from people import services as people_services
from people.models import ContactCard

_WORDS = """
    СТОП СПРИ СПРЕТЕ ОТКАЗ КРАЙ SPRI OTKAZ KRAY
    STOP STOPALL UNSUBSCRIBE CANCEL END QUIT
"""
STOP: Final = frozenset(_WORDS.split())


@transaction.atomic
def hear(phone: str, text: str) -> None:
    """STOP is an opt-out of every card with that number, at once. Anything else is a task for staff
    to call; what it says is kept nowhere. From an unknown number nothing comes of it."""
    for card in ContactCard.objects.filter(phone=phone).select_related("person"):
        if is_stop(text):
            people_services.opt_out(card)
        else:
            ask_to_call(card)


def is_stop(text: str) -> bool:
    """Whatever the case, the quotes and the full stops around the one word."""
    folded = unicodedata.normalize("NFKC", text).upper()
    word = "".join(sign for sign in folded if sign.isalpha() or sign.isspace()).split()
    return len(word) == 1 and word[0] in STOP


def ask_to_call(card: ContactCard) -> None:
    open_task(
        Task.Kind.SMS_REPLY,
        centre_id=card.person.centre_id,
        about=f"person:{card.person.public_id}",
        due_on=clock.today(),
        owner_id=None,
    )
