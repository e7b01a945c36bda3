"""Commands on pauses of somebody enrolled: dates on which she does not come."""

from datetime import date, timedelta

from base import clock
from people.models import User
from scheduling.errors import PastDay
from scheduling.taking import deadlock_retried
from workshops import places, selectors
from workshops.errors import (
    GroupFull,
    NotPaused,
    WrongPause,
)
from workshops.marking import again, iso, keep, seat, wrong_step
from workshops.models import Enrolment, Pause, Step
from workshops.places import claim_of
from workshops.steps import step

DAY = timedelta(days=1)
Status = Enrolment.Status
What = Step.What


@deadlock_retried
def pause(
    enrolment: Enrolment,
    *,
    from_on: date,
    until_on: date | None,
    by: User,
    version: int | None = None,
) -> Enrolment:
    """Does not come between these dates; without a last one the place goes to somebody else.
    Raises WrongPause."""
    with step(enrolment, by=by, version=version) as one:
        if one.status != Status.ENROLLED:
            raise wrong_step(one)
        check_pause(one, from_on, until_on)
        Pause.objects.create(enrolment=one, from_on=from_on, until_on=until_on)
        keep(one, What.PAUSED, by=by, from_on=iso(from_on), until_on=iso(until_on))
        seat(one.group, [one], by=by)
    return again([enrolment])[0]


def check_pause(one: Enrolment, from_on: date, until_on: date | None) -> None:
    """Raises WrongPause."""
    last = until_on or date.max
    is_ahead = from_on >= clock.today() and from_on <= last
    is_within = one.covers(from_on) and (until_on is None or one.covers(until_on))
    meets = any(
        pause.from_on <= last and from_on <= (pause.until_on or date.max)
        for pause in one.pauses.all()
    )
    if not (is_ahead and is_within) or meets:
        raise WrongPause


@deadlock_retried
def resume(enrolment: Enrolment, *, on: date, by: User, version: int | None = None) -> Enrolment:
    """Comes again from that day on. Whoever gave the place up, and finds the group full, waits
    before all others. Raises NotPaused, PastDay, and GroupFull where a pause that had an end is
    cut short."""
    if on < clock.today():
        raise PastDay
    with step(enrolment, by=by, version=version) as one:
        if one.status != Status.ENROLLED:
            raise wrong_step(one)
        over = next((p for p in one.pauses.all() if (p.until_on or date.max) >= on), None)
        if over is None or on > (one.until_on or date.max):
            raise NotPaused
        come_back(one, over, on, by=by)
    return again([enrolment])[0]


def come_back(one: Enrolment, over: Pause, on: date, *, by: User) -> None:
    begins = max(on, over.from_on)
    others = [other for other in selectors.live_enrolments(one.group) if other.pk != one.pk]
    wanted = Enrolment(from_on=begins, until_on=over.until_on or one.until_on)
    claim = claim_of(wanted, (), today=clock.today())
    if places.fit([claim], selectors.claims_of(others), capacity=one.group.capacity):
        shorten(over, before=begins)
        keep(one, What.RESUMED, by=by, on=iso(begins))
        seat(one.group, [one], by=by)
    elif over.until_on or over.from_on > max(clock.today(), one.from_on):  # what is before is hers
        raise GroupFull
    else:
        wait_first(one, begins, by=by)


def shorten(over: Pause, *, before: date) -> None:
    if before <= over.from_on:
        over.delete()
    else:
        over.until_on = before - DAY
        over.save()


def wait_first(one: Enrolment, begins: date, *, by: User) -> None:
    """Her pauses are over, and so are the dates before them."""
    one.pauses.all().delete()
    one.from_on, one.status = begins, Status.WAITING
    one.siblings, one.skip_reason = None, ""
    one.queued_at = one.returned_at = clock.now()
    one.save()
    keep(one, What.RETURNED, by=by, on=iso(begins))
    seat(one.group, [one], by=by)
