"""The waiting list fills itself, in order: an offer is a hold that runs out, and silence passes it
on (D14)."""

from collections.abc import Sequence

from base import clock
from people.models import User
from scheduling.models import Booking
from workshops import places, seating, selectors, signals
from workshops.marking import ask_leader, give_back, iso, keep
from workshops.models import Enrolment, Group, Step
from workshops.places import Claim, claim_of

Status = Enrolment.Status
What = Step.What


def lapse(group: Group) -> None:
    """Offers that ran out unanswered are over."""
    over = group.enrolments.filter(status=Status.OFFERED, offer_expires_at__lte=clock.now())
    for one in over.select_related("person", "carer", "created_by"):
        one.group = group
        one.version += 1
        give_back(one, Status.LAPSED, What.LAPSED, by=None)


def fill(group: Group, *, by: User | None) -> None:
    """Offer what is free to those who wait, in order; who cannot use it keeps the turn, and where
    somebody later could their story says so."""
    live = selectors.live_enrolments(group)
    taken = selectors.claims_of(live)
    waiting = [one for one in live if one.status == Status.WAITING]
    spare = spare_adults(group) if alone(waiting) else 0
    passed: list[Enrolment] = []
    for unit in places.in_line(waiting):
        claims = [claim_of(one, (), today=clock.today()) for one in unit]
        if not all(claim.spans for claim in claims):
            close_turns(unit)
        elif any(one.skip_reason for one in unit):
            continue
        elif places.fit(claims, taken, capacity=group.capacity) and alone(unit) <= spare:
            serve(group, claims, by=by)
            spare -= alone(unit)
            taken += claims
            while passed:
                keep(passed.pop(), What.PASSED, by=None)
        else:
            passed += unit


def alone(unit: Sequence[Enrolment]) -> int:
    """How many of these need an adult of their own (D14)."""
    return sum(one.is_one_to_one for one in unit)


def spare_adults(group: Group) -> int:
    """For how many more of them there are adults."""
    return max(min(selectors.adults_of(group)) - adults_needed(group), 0)


def adults_needed(group: Group) -> int:
    """By those who have a place."""
    return group.workshop.least_adults + selectors.one_to_one(group)


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
    until = clock.now() + group.workshop.offer_lasts
    hour = seating.first_possible(group, one, after=until)
    one.status = Status.OFFERED
    one.offered_session, one.offer_expires_at = hour, until
    one.save()
    keep(one, What.OFFERED, by=by, until=iso(until))
    seating.settle(group, [one], by=by)
    tell_of_offer(one)


def tell_of_offer(one: Enrolment) -> None:
    held = Booking.objects.filter(
        seat__enrolment=one, status=Booking.Status.HELD, hold_expires_at=one.offer_expires_at
    )
    if booking := held.first():
        signals.place_offered.send(Enrolment, enrolment=one, booking=booking)
