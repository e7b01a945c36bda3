"""Safety is asked again every ninety days (D27): a week before, somebody is reminded to ask."""

from datetime import timedelta

from django.db import transaction

from base import clock
from base.models import Task
from base.services import finish_tasks_but, open_task
from people.models import SAFETY_HOLDS_FOR_DAYS, Case, ContactCard

AHEAD_DAYS = 7


@transaction.atomic
def ask_again() -> int:
    """Open a task for every card in use whose answer ends within a week or has ended, for whoever
    leads the family's case; tasks of those that have been answered are done. Returns how many are
    open."""
    ends_before = clock.today() - timedelta(days=SAFETY_HOLDS_FOR_DAYS - AHEAD_DAYS)
    cards = ContactCard.objects.filter(
        safe_to_text=True,
        safety_asked_on__lte=ends_before,
        consent_on__isnull=False,
        opted_out_on=None,
        person__household__cases__closed_on=None,
        person__household__cases__isnull=False,
    ).select_related("person")
    due = {card.person: card for card in cards}
    finish_tasks_but(Task.Kind.SAFETY_DUE, [f"person:{one.public_id}" for one in due])
    leads = dict(
        Case.objects.filter(household__in=[one.household_id for one in due], closed_on=None)
        .order_by("-opened_on", "-pk")
        .values_list("household", "lead")
    )
    for person, card in due.items():
        assert card.safety_asked_on is not None
        open_task(
            Task.Kind.SAFETY_DUE,
            centre_id=person.centre_id,
            about=f"person:{person.public_id}",
            due_on=card.safety_asked_on + timedelta(days=SAFETY_HOLDS_FOR_DAYS),
            owner_id=leads.get(person.household_id),
        )
    return len(due)
