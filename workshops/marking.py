"""What every step of an enrolment leaves behind: its story, its seats, what the leader is asked."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from base import clock
from base.models import Task
from base.services import finish_task_about, open_task
from people.models import User
from scheduling.series.selectors import terms_ahead
from workshops import seating
from workshops.errors import (
    WrongEnrolmentStep,
)
from workshops.models import Enrolment, Group, Step

Status = Enrolment.Status
What = Step.What


def keep(one: Enrolment, what: What, *, by: User | None, **facts: Any) -> None:
    Step.objects.create(enrolment=one, what=what, by=by, at=clock.now(), facts=facts)


def iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None


def wrong_step(enrolment: Enrolment) -> WrongEnrolmentStep:
    return WrongEnrolmentStep(state=str(Status(enrolment.status).label))


def read_again(enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """With their pauses as they are now."""
    found = Enrolment.objects.filter(pk__in=[one.pk for one in enrolments])
    return list(found.select_related("person", "carer").prefetch_related("pauses").order_by("pk"))


def again(enrolments: Collection[Enrolment]) -> list[Enrolment]:
    found = Enrolment.objects.filter(pk__in=[one.pk for one in enrolments]).select_related(
        "person", "carer", "group__workshop__service", "group__series"
    )
    return list(found.order_by("pk"))


def seat(group: Group, enrolments: Sequence[Enrolment], *, by: User | None) -> dict[int, Any]:
    """Let these sit where they should; returns who cannot, and where."""
    if not enrolments:
        return {}
    return seating.settle(group, read_again(enrolments), by=by)


def give_back(one: Enrolment, status: Status, what: What, *, by: User | None, **facts: Any) -> None:
    """Nothing is held for her any more."""
    one.status, one.offer_expires_at, one.offered_session = status, None, None
    one.save()
    keep(one, what, by=by, **facts)
    seat(one.group, [one], by=by)


def ask_leader(one: Enrolment) -> None:
    """Whoever leads the group now; those who run the centre see it as well."""
    term = terms_ahead(one.group.series)[0]
    open_task(
        Task.Kind.PROPOSED_FOR_GROUP,
        centre_id=one.group.workshop.centre_id,
        about=f"group:{one.group.public_id}",
        due_on=clock.today() + timedelta(days=3),
        owner_id=term.lead.user_id,
    )


def settle_task(group: Group) -> None:
    """Nothing is left for the leader to say."""
    if not group.enrolments.filter(status__in=Status.live(), accepted_at=None).exists():
        finish_task_about(Task.Kind.PROPOSED_FOR_GROUP, f"group:{group.public_id}")
