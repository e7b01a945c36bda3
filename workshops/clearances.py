"""What is missing for riding (D16), and who is reminded before a clearance runs out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from base import clock
from base.models import Task
from base.services import finish_tasks_but, open_task, task_of_day
from people.models import Case, Person
from workshops.models import Clearance, Enrolment, Riding, Session, Weighing
from workshops.riding import facts

AHEAD = timedelta(days=30)
WEIGHED_WITHIN = 180
"""Days that a weight is good for where no workshop of hers says otherwise."""


class Lack(models.TextChoices):
    """What keeps somebody from riding, or soon will."""

    NO_CLEARANCE = "no_clearance", _("There is no medical clearance that holds today.")
    CLEARANCE_ENDS = "clearance_ends", _("The medical clearance is about to run out.")
    NO_WEIGHT = "no_weight", _("Nobody has noted a weight yet.")
    OLD_WEIGHT = "old_weight", _("The last weight is old: weigh again.")

    @property
    def forbids(self) -> bool:
        return self in {Lack.NO_CLEARANCE, Lack.NO_WEIGHT}


@dataclass(frozen=True)
class Fitness:
    """What there is on a day, and what is missing."""

    clearances: Sequence[Clearance]
    """The latest first."""
    weighings: Sequence[Weighing]
    """The latest first."""
    until: date | None
    """The last day on which she may ride by what holds today; None if nothing does."""
    lacks: Sequence[Lack]


def last_day(one: Clearance) -> date:
    """On which it still holds: a year without an end (D16), and none from its withdrawal on."""
    written = facts.Clearance(one.issued_on, one.expires_on).last_day
    return min(written, one.withdrawn_on - timedelta(days=1)) if one.withdrawn_on else written


def holds_until(clearances: Iterable[Clearance], on: date) -> date | None:
    """Of those that hold on that day; one that continues another lengthens it."""
    until: date | None = None
    for one in sorted(clearances, key=lambda one: (one.issued_on, one.pk)):
        if one.issued_on <= (until + timedelta(days=1) if until else on):
            end = last_day(one)
            until = max(until or end, end) if end >= on else until
    return until


def fitness_of(person: Person) -> Fitness:
    """As of today."""
    today = clock.today()
    clearances = list(person.clearances.order_by("-issued_on", "-pk"))
    weighings = list(person.weighings.order_by("-on", "-pk"))
    until = holds_until(clearances, today)
    lacks = []
    if until is None:
        lacks.append(Lack.NO_CLEARANCE)
    elif until <= today + AHEAD:
        lacks.append(Lack.CLEARANCE_ENDS)
    if not weighings:
        lacks.append(Lack.NO_WEIGHT)
    elif today - weighings[0].on > timedelta(days=weighed_within(person)):
        lacks.append(Lack.OLD_WEIGHT)
    return Fitness(clearances, weighings, until, lacks)


def weighed_within(person: Person) -> int:
    """Days: the strictest of the workshops in which she rides."""
    hers = Riding.objects.filter(
        workshop__groups__enrolments__person=person,
        workshop__groups__enrolments__status__in=Enrolment.Status.live(),
    )
    least: int | None = hers.aggregate(least=models.Min("weighed_within_days"))["least"]
    return WEIGHED_WITHIN if least is None else least


def riders() -> QuerySet[Person]:
    """Who has a place in a group that rides and still meets."""
    today = clock.today()
    ahead = Session.objects.filter(group=OuterRef("group"), booking__ends_at__gt=clock.now())
    places = Enrolment.objects.filter(
        Q(until_on=None) | Q(until_on__gte=today),
        Exists(ahead),
        person=OuterRef("pk"),
        status__in=Enrolment.Status.with_place(),
        group__workshop__riding__isnull=False,
    )
    return Person.objects.filter(Exists(places))


@transaction.atomic
def ask_for_renewal() -> int:
    """A task for every rider whose clearance runs out within thirty days or has run out, for
    whoever leads the family's case; what somebody ticked off is not asked again. Returns how many
    there are."""
    due = {person: end for person, end in running_out() if end <= clock.today() + AHEAD}
    finish_tasks_but(Task.Kind.CLEARANCE_ENDS, [about(one) for one in due])
    leads = dict(
        Case.objects.filter(household__in=[one.household_id for one in due], closed_on=None)
        .order_by("opened_on", "pk")
        .values_list("household", "lead")
    )
    for person, end in due.items():
        if not task_of_day(Task.Kind.CLEARANCE_ENDS, about(person), end):
            open_task(
                Task.Kind.CLEARANCE_ENDS,
                centre_id=person.centre_id,
                about=about(person),
                due_on=end,
                owner_id=leads.get(person.household_id),
            )
    return len(due)


def running_out() -> Iterable[tuple[Person, date]]:
    """Every rider with a clearance, and the last day of what there is."""
    rows = Clearance.objects.filter(person__in=riders(), withdrawn_on=None)
    by_person: dict[Person, date] = {}
    for one in rows.select_related("person").order_by("pk"):
        by_person[one.person] = max(by_person.get(one.person, date.min), last_day(one))
    return by_person.items()


def about(person: Person) -> str:
    return f"person:{person.public_id}"
