"""Commands on enrolments: asked for, decided, withdrawn; each in one transaction, along
Status.moves. Whoever asks first under the group's lock is served first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import uuid4

from base import clock
from people.models import Person, User
from scheduling.errors import PastDay
from scheduling.taking import deadlock_retried
from workshops import places, seating, selectors, waiting
from workshops.eligibility import check_eligible, sessions_asked
from workshops.errors import (
    AlreadyEnrolled,
    ConsentAhead,
    TooFewAdults,
)
from workshops.marking import again, ask_leader, give_back, iso, keep, seat, settle_task, wrong_step
from workshops.models import Enrolment, Group, Step
from workshops.places import claim_of
from workshops.sessions import check_everybody_can
from workshops.sitting import day_of
from workshops.steps import changing, step
from workshops.waiting import offer

DAY = timedelta(days=1)
Status = Enrolment.Status
What = Step.What


@dataclass(frozen=True)
class Candidate:
    """Somebody for whom a place is asked; of a child, with the carer who consented."""

    person: Person
    carer: Person | None = None
    is_one_to_one: bool = False


@dataclass(frozen=True)
class Application:
    """Places in a group from date to date, both included (None: until the group ends), for one
    person or several siblings. `leaving_out` goes without the sessions at which somebody cannot
    come; `without_papers` is D7's reason."""

    group: Group
    candidates: tuple[Candidate, ...]
    from_on: date
    until_on: date | None
    consent_on: date
    together: bool = False
    is_trial: bool = False
    leaving_out: bool = False
    without_papers: str = ""


@deadlock_retried
def enrol(asked: Application, *, by: User, accepted: bool) -> list[Enrolment]:
    """Places for all of them, or turns on the waiting list: together, or one by one in the given
    order. Without `accepted` the leader is asked (a specialist proposes).

    Raises PastDay, ConsentAhead, AlreadyEnrolled, NotTheirs, WrongAge, NoSessions, NobodyToTell,
    NoEntryBasis, NotACarer, TooFewAdults, ChildElsewhere.
    """
    if asked.from_on < clock.today() or (asked.until_on and asked.until_on < asked.from_on):
        raise PastDay
    if asked.consent_on > clock.today():
        raise ConsentAhead
    people = [one.person for one in asked.candidates]
    with changing(asked.group, by, new=people) as group:
        asked = as_trial(group, asked)
        check_not_there(group, asked)
        carers = check_eligible(group, asked)
        new = [
            enrolment_of(group, asked, one, carers[one.person], by=by, accepted=accepted)
            for one in asked.candidates
        ]
        give_or_queue(group, new, together=asked.together)
        seated = [one for one in new if one.status == Status.ENROLLED]
        proposed = [one for one in new if one.status == Status.PROPOSED]
        missed = seat(group, seated, by=by) | seating.missed_if_enrolled(group, proposed)
        if not asked.leaving_out:
            check_everybody_can(missed)
    return again(new)


def as_trial(group: Group, asked: Application) -> Application:
    """A trial of which nobody says how long it lasts is one session, the first that is asked
    for."""
    if not asked.is_trial or asked.until_on:
        return asked
    sessions = sessions_asked(group, asked)
    return replace(asked, until_on=day_of(sessions[0])) if sessions else asked


def check_not_there(group: Group, asked: Application) -> None:
    """Raises AlreadyEnrolled."""
    people = [one.person for one in asked.candidates]
    if len(set(people)) < len(people):
        raise AlreadyEnrolled
    live = group.enrolments.filter(person__in=people, status__in=Status.live())
    until = asked.until_on or date.max
    for one in live:
        if one.from_on <= until and asked.from_on <= (one.until_on or date.max):
            raise AlreadyEnrolled


def enrolment_of(
    group: Group,
    asked: Application,
    one: Candidate,
    carer: Person | None,
    *,
    by: User,
    accepted: bool,
) -> Enrolment:
    """Not saved, and without a status yet."""
    now = clock.now()
    return Enrolment(
        group=group,
        person=one.person,
        carer=carer,
        from_on=asked.from_on,
        until_on=asked.until_on,
        is_trial=asked.is_trial,
        is_one_to_one=one.is_one_to_one,
        consent_on=asked.consent_on,
        consent_by=by,
        without_papers=asked.without_papers,
        accepted_at=now if accepted else None,
        created_by=by,
        created_at=now,
    )


def give_or_queue(group: Group, new: Sequence[Enrolment], *, together: bool) -> None:
    """Save them with a place each where one is free, else with a turn."""
    taken = selectors.claims_of(selectors.live_enrolments(group))
    claims = [claim_of(one, (), today=clock.today()) for one in new]
    if places.fit(claims, taken, capacity=group.capacity):
        for one in new:
            begin(one, has_place=True)
    elif together and len(new) > 1:
        siblings = uuid4()
        for one in new:
            one.siblings = siblings
            begin(one, has_place=False)
    else:
        for claim in claims:
            has_place = places.fit([claim], taken, capacity=group.capacity)
            begin(claim.enrolment, has_place=has_place)
            taken += [claim] if has_place else []
    if any(one.is_one_to_one for one in new):
        check_adults(group)


def begin(one: Enrolment, *, has_place: bool) -> None:
    if not has_place:
        one.status, one.queued_at = Status.WAITING, clock.now()
    else:
        one.status = Status.ENROLLED if one.accepted_at else Status.PROPOSED
    what = {
        Status.WAITING: What.QUEUED,
        Status.ENROLLED: What.ENROLLED,
        Status.PROPOSED: What.PROPOSED,
    }
    one.save()
    keep(one, what[Status(one.status)], by=one.created_by)
    if one.accepted_at is None:
        ask_leader(one)


def check_adults(group: Group) -> None:
    """D14: everybody with a place counted. Raises TooFewAdults."""
    needed, has = waiting.adults_needed(group), min(selectors.adults_of(group))
    if has < needed:
        raise TooFewAdults(needed=needed, has=has)


@deadlock_retried
def accept(
    enrolment: Enrolment, *, by: User, leaving_out: bool = False, version: int | None = None
) -> Enrolment:
    """The leader agrees: a proposal has its place; one from the waiting list is offered to the
    family; one that still waits keeps its turn. Raises ChildElsewhere where the child was booked
    elsewhere meanwhile, unless it goes on `leaving_out` those sessions."""
    with step(enrolment, by=by, version=version) as one:
        if one.accepted_at or one.status not in {Status.PROPOSED, Status.WAITING}:
            raise wrong_step(one)
        one.accepted_at = clock.now()
        keep(one, What.ACCEPTED, by=by)
        if one.status == Status.PROPOSED and one.queued_at:
            offer(one.group, one, by=by)
        elif one.status == Status.PROPOSED:
            one.status = Status.ENROLLED
            one.save()
            missed = seat(one.group, [one], by=by)
            if not leaving_out:
                check_everybody_can(missed)
    settle_task(enrolment.group)
    return again([enrolment])[0]


@deadlock_retried
def decline(
    enrolment: Enrolment, *, by: User, reason: str, version: int | None = None
) -> Enrolment:
    """The leader does not agree; the place, or the turn, is somebody else's."""
    with step(enrolment, by=by, version=version, target=Status.DECLINED) as one:
        one.status = Status.DECLINED
        keep(one, What.DECLINED, by=by, reason=reason)
    settle_task(enrolment.group)
    return again([enrolment])[0]


@deadlock_retried
def withdraw(
    enrolment: Enrolment,
    *,
    on: date,
    by: User,
    reason: str = "",
    version: int | None = None,
) -> Enrolment:
    """From that day on (today at the earliest) she does not come any more."""
    with step(enrolment, by=by, version=version, target=Status.WITHDRAWN) as one:
        on = max(on, clock.today())
        is_later = one.status == Status.ENROLLED and on > max(clock.today(), one.from_on)
        if is_later:
            one.until_on = min(one.until_on or date.max, on - DAY)
            one.save()
            trim_pauses(one)
            keep(one, What.WITHDRAWN, by=by, on=iso(on), reason=reason)
            seat(one.group, [one], by=by)
        else:
            give_back(one, Status.WITHDRAWN, What.WITHDRAWN, by=by, on=iso(on), reason=reason)
    settle_task(enrolment.group)
    return again([enrolment])[0]


def trim_pauses(one: Enrolment) -> None:
    """None goes beyond the last day."""
    one.pauses.filter(from_on__gt=one.until_on).delete()
    one.pauses.filter(until_on__gt=one.until_on).update(until_on=one.until_on)
