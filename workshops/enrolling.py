"""Commands on enrolments: each changes state in one transaction, along Status.moves.

Whoever asks first under the group's lock is served first. After every step the waiting list fills
what is free, in order (D14); an offer is a hold that runs out, and silence passes it on.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from base import clock
from base.errors import StaleVersion
from base.models import Task
from base.services import finish_task_about, open_task
from people.models import Person, User
from scheduling.errors import PastDay
from scheduling.models import Booking
from scheduling.taking import deadlock_retried
from workshops import places, seating, selectors, signals
from workshops.eligibility import check_eligible
from workshops.errors import (
    AlreadyEnrolled,
    ConsentAhead,
    GroupFull,
    NotPaused,
    OfferOver,
    TooFewAdults,
    WrongEnrolmentStep,
    WrongPause,
)
from workshops.models import Enrolment, Group, Pause, Session, Step
from workshops.places import Claim, claim_of
from workshops.sessions import check_everybody_can, lock_group

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


@contextmanager
def changing(group: Group, by: User | None, *, new: Collection[Person] = ()) -> Iterator[Group]:
    """One command on a group at a time, with everybody in it locked and whoever is `new`. Offers
    that ran out are passed on before it, and what it frees is offered after it."""
    group = lock_group(group)
    seating.lock(group, [*new, *(one.person for one in selectors.live_enrolments(group))])
    lapse(group)
    yield group
    fill(group, by=by)


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
        check_not_there(group, asked)
        carers = check_eligible(group, asked)
        new = [
            enrolment_of(group, asked, one, carers[one.person], by=by, accepted=accepted)
            for one in asked.candidates
        ]
        give_or_queue(group, new, together=asked.together)
        seated = [one for one in new if one.status == Status.ENROLLED]
        missed = seat(group, seated, by=by)
        if not asked.leaving_out:
            check_everybody_can(missed)
    return again(new)


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
    alone = selectors.one_to_one(group)
    needed = group.workshop.least_adults + alone
    has = selectors.adults_of(group)
    if alone and has < needed:
        raise TooFewAdults(needed=needed, has=has)


def ask_leader(one: Enrolment) -> None:
    open_task(
        Task.Kind.PROPOSED_FOR_GROUP,
        centre_id=one.group.workshop.centre_id,
        about=f"group:{one.group.public_id}",
        due_on=clock.today() + timedelta(days=3),
        owner_id=one.group.series.created_by_id,
    )


def seat(group: Group, enrolments: Sequence[Enrolment], *, by: User | None) -> dict[int, Any]:
    """Let these sit where they should; returns who cannot, and where."""
    if not enrolments:
        return {}
    return seating.settle(group, read_again(enrolments), by=by)


def read_again(enrolments: Sequence[Enrolment]) -> list[Enrolment]:
    """With their pauses as they are now."""
    found = Enrolment.objects.filter(pk__in=[one.pk for one in enrolments])
    return list(found.select_related("person", "carer").prefetch_related("pauses").order_by("pk"))


def again(enrolments: Collection[Enrolment]) -> list[Enrolment]:
    found = Enrolment.objects.filter(pk__in=[one.pk for one in enrolments]).select_related(
        "person", "carer", "group__workshop__service", "group__series"
    )
    return list(found.order_by("pk"))


@contextmanager
def step(
    enrolment: Enrolment, *, by: User | None, version: int | None, target: Status | None = None
) -> Iterator[Enrolment]:
    """One step of one enrolment under the group's lock; afterwards it is saved as another version.
    Raises StaleVersion, WrongEnrolmentStep unless it may go to `target`."""
    with changing(enrolment.group, by) as group:
        fresh = read_again([enrolment])[0]
        fresh.group = group
        if version is not None and version != fresh.version:
            raise StaleVersion(version=fresh.version)
        if target and target not in Status(fresh.status).moves:
            raise wrong_step(fresh)
        yield fresh
        fresh.version += 1
        fresh.save()


def wrong_step(enrolment: Enrolment) -> WrongEnrolmentStep:
    return WrongEnrolmentStep(state=str(Status(enrolment.status).label))


def keep(one: Enrolment, what: What, *, by: User | None, **facts: Any) -> None:
    Step.objects.create(enrolment=one, what=what, by=by, at=clock.now(), facts=facts)


def iso(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None


@deadlock_retried
def accept(enrolment: Enrolment, *, by: User, version: int | None = None) -> Enrolment:
    """The leader agrees: a proposal has its place; one from the waiting list is offered to the
    family; one that still waits keeps its turn. Raises ChildElsewhere too."""
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
            seat(one.group, [one], by=by)
    settle_task(enrolment.group)
    return again([enrolment])[0]


def settle_task(group: Group) -> None:
    """Nothing is left for the leader to say."""
    if not group.enrolments.filter(status__in=Status.live(), accepted_at=None).exists():
        finish_task_about(Task.Kind.PROPOSED_FOR_GROUP, f"group:{group.public_id}")


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


def give_back(one: Enrolment, status: Status, what: What, *, by: User | None, **facts: Any) -> None:
    """Nothing is held for her any more."""
    one.status, one.offer_expires_at, one.offered_session = status, None, None
    one.save()
    keep(one, what, by=by, **facts)
    seat(one.group, [one], by=by)


def lapse(group: Group) -> None:
    """Offers that ran out unanswered are over."""
    over = group.enrolments.filter(status=Status.OFFERED, offer_expires_at__lte=clock.now())
    for one in over.select_related("person", "carer", "created_by"):
        one.group = group
        one.version += 1
        give_back(one, Status.LAPSED, What.LAPSED, by=None)


@deadlock_retried
def pass_on(group: Group) -> None:
    """What ran out goes to the next in line."""
    with changing(group, None):
        pass


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
            keep(one, What.WITHDRAWN, by=by, on=iso(on), reason=reason)
            seat(one.group, [one], by=by)
        else:
            give_back(one, Status.WITHDRAWN, What.WITHDRAWN, by=by, on=iso(on), reason=reason)
    settle_task(enrolment.group)
    return again([enrolment])[0]


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
        if over is None:
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
    elif over.until_on:
        raise GroupFull(until=f"{over.until_on:%d.%m.%Y}")
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
    one.queued_at = one.returned_at = clock.now()
    one.save()
    keep(one, What.RETURNED, by=by, on=iso(begins))
    seat(one.group, [one], by=by)


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
        one.skip_reason = reason
        if one.status == Status.OFFERED:
            one.status, one.offer_expires_at, one.offered_session = Status.WAITING, None, None
            one.save()
            seat(one.group, [one], by=by)
    return again([enrolment])[0]


def unit_of(one: Enrolment) -> list[Enrolment]:
    """She, and while she waits those who wait together with her."""
    waits_together = one.siblings and one.status == Status.WAITING
    if not waits_together:
        return [one]
    return list(one.group.enrolments.filter(siblings=one.siblings, status=Status.WAITING))


@deadlock_retried
def unskip(enrolment: Enrolment, *, by: User, version: int | None = None) -> Enrolment:
    with step(enrolment, by=by, version=version) as one:
        if one.status != Status.WAITING or not one.skip_reason:
            raise wrong_step(one)
        for other in unit_of(one):
            other.skip_reason = ""
            other.save(update_fields=["skip_reason"])
            keep(other, What.UNSKIPPED, by=by)
        one.skip_reason = ""
    return again([enrolment])[0]


def fill(group: Group, *, by: User | None) -> None:
    """Offer what is free to those who wait, in order; who cannot use it keeps the turn."""
    live = selectors.live_enrolments(group)
    taken = selectors.claims_of(live)
    waiting = [one for one in live if one.status == Status.WAITING]
    for unit in places.in_line(waiting):
        if any(one.skip_reason for one in unit):
            continue
        claims = [claim_of(one, (), today=clock.today()) for one in unit]
        if not all(claim.spans for claim in claims):
            close_turns(unit)
        elif places.fit(claims, taken, capacity=group.capacity):
            serve(group, claims, by=by)
            taken += claims


def close_turns(unit: Sequence[Enrolment]) -> None:
    """The dates they asked for are over."""
    for one in unit:
        one.status = Status.LAPSED
        one.version += 1
        one.save()
        keep(one, What.LAPSED, by=None)


def serve(group: Group, claims: Sequence[Claim], *, by: User | None) -> None:
    """Offer a place to each of these, or ask the leader about whom she has not accepted yet."""
    for claim in claims:
        one = claim.enrolment
        one.group = group
        if one.accepted_at is None:
            one.status = Status.PROPOSED
            one.version += 1
            one.save()
            keep(one, What.PROPOSED, by=None)
            ask_leader(one)
        else:
            one.version += 1
            offer(group, one, by=by)


def offer(group: Group, one: Enrolment, *, by: User | None) -> None:
    """Hold a place, and one hour of hers, until the offer runs out; the family is told."""
    one.status = Status.ENROLLED  # as if she came, to see when she could
    until = clock.now() + group.workshop.offer_lasts
    hour = seating.first_possible(group, one, after=until)
    one.status = Status.OFFERED
    one.offered_session, one.offer_expires_at = hour, expiry(hour, until)
    one.save()
    keep(one, What.OFFERED, by=by, until=iso(one.offer_expires_at))
    seating.settle(group, [one], by=by)
    tell_of_offer(one)


def expiry(hour: Session | None, until: datetime) -> datetime:
    """An offer does not outlast the only hour it could begin with."""
    return min(until, hour.booking.starts_at) if hour else until


def tell_of_offer(one: Enrolment) -> None:
    held = Booking.objects.filter(
        seat__enrolment=one, status=Booking.Status.HELD, hold_expires_at=one.offer_expires_at
    )
    if booking := held.first():
        signals.place_offered.send(Enrolment, enrolment=one, booking=booking)
