"""Commands on offers of places, and on turns: taken, refused, passed on, passed over."""

from people.models import User
from scheduling.taking import deadlock_retried
from workshops.errors import (
    OfferOver,
)
from workshops.marking import again, give_back, keep, seat, wrong_step
from workshops.models import Enrolment, Group, Step
from workshops.steps import changing, step

Status = Enrolment.Status
What = Step.What


@deadlock_retried
def take(enrolment: Enrolment, *, by: User, version: int | None = None) -> Enrolment:
    """The family says yes to what it is offered. Sessions at which the child is elsewhere are left
    out. Raises OfferOver."""
    with step(enrolment, by=by, version=version) as one:
        if one.status == Status.LAPSED:
            raise OfferOver
        if one.status != Status.OFFERED:
            raise wrong_step(one)
        one.status, one.offer_expires_at, one.offered_session = Status.ENROLLED, None, None
        one.save()
        keep(one, What.TAKEN, by=by)
        seat(one.group, [one], by=by)
    return again([enrolment])[0]


@deadlock_retried
def refuse(enrolment: Enrolment, *, by: User, version: int | None = None) -> Enrolment:
    """The family says no: the next one is asked."""
    with step(enrolment, by=by, version=version, target=Status.LAPSED) as one:
        if one.status != Status.OFFERED:
            raise wrong_step(one)
        give_back(one, Status.LAPSED, What.REFUSED, by=by)
    return again([enrolment])[0]


@deadlock_retried
def pass_on(group: Group) -> None:
    """What ran out goes to the next in line."""
    with changing(group, None):
        pass


@deadlock_retried
def skip(enrolment: Enrolment, *, reason: str, by: User, version: int | None = None) -> Enrolment:
    """Pass her over, and those who wait together with her, until somebody says otherwise."""
    with step(enrolment, by=by, version=version) as one:
        if one.status not in {Status.WAITING, Status.OFFERED} or one.skip_reason:
            raise wrong_step(one)
        for other in unit_of(one):
            other.skip_reason = reason
            other.save(update_fields=["skip_reason"])
            keep(other, What.SKIPPED, by=by, reason=reason)
        if one.status == Status.OFFERED:
            one.status, one.offer_expires_at, one.offered_session = Status.WAITING, None, None
            one.save()
            seat(one.group, [one], by=by)
    return again([enrolment])[0]


def unit_of(one: Enrolment) -> list[Enrolment]:
    """She, and those who wait together with her."""
    if one.siblings is None:
        return [one]
    waiting = one.group.enrolments.filter(siblings=one.siblings, status=Status.WAITING)
    return [one, *waiting.exclude(pk=one.pk)]


@deadlock_retried
def unskip(enrolment: Enrolment, *, by: User, version: int | None = None) -> Enrolment:
    with step(enrolment, by=by, version=version) as one:
        if one.status != Status.WAITING or not one.skip_reason:
            raise wrong_step(one)
        for other in unit_of(one):
            other.skip_reason = ""
            other.save(update_fields=["skip_reason"])
            keep(other, What.UNSKIPPED, by=by)
    return again([enrolment])[0]
