"""Shapes of stays, from the waiting list to the day of leaving."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import DayField, IdField, InstantField, LabelField, PastDayField
from rooms import selectors
from rooms.fitting import MOST_ADULTS, MOST_CHILDREN
from rooms.models import Absence, Member, Need, Stay, UnitKind
from rooms.selectors import StayLeg
from rooms.shapes.asking import FromTo, PartyIn
from rooms.shapes.units import TurnOut
from scheduling.models import Booking
from scheduling.shapes.bookings import Versioned

FIRST = [
    (status.value, status.label)
    for status in (Stay.Status.REQUESTED, Stay.Status.HELD, Stay.Status.IN_HOUSE)
]


LAST = [
    (status.value, status.label)
    for status in (Stay.Status.REFUSED, Stay.Status.WITHDRAWN, Stay.Status.DID_NOT_COME)
]


class LegIn(FromTo):
    unit = IdField()


class StayIn(PartyIn, FromTo):
    """`status` is the one to begin with: on the waiting list, held for a day (or reserved, which
    does not run out), or in house at once. Without a unit the best fit is taken."""

    centre = IdField(required=False)
    status = serializers.ChoiceField(FIRST, default="held")
    reserve = serializers.BooleanField(default=False)
    unit = IdField(required=False, allow_null=True)
    turns = serializers.ListField(child=LegIn(), required=False, max_length=3)
    people = serializers.ListField(
        child=IdField(), required=False, max_length=MOST_ADULTS + MOST_CHILDREN
    )
    in_danger = serializers.BooleanField(default=False)
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("unit") and attrs.get("turns"):
            raise serializers.ValidationError({"turns": _("Name one unit, or several in turn.")})
        return super().validate(attrs)


class OfferIn(Versioned):
    unit = IdField(required=False, allow_null=True)
    turns = serializers.ListField(child=LegIn(), required=False, max_length=3)
    reserve = serializers.BooleanField(default=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        dates = {"from": DayField(required=False), "to": DayField(required=False)}
        return {**dates, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("from" in attrs) != ("to" in attrs):
            raise serializers.ValidationError({"to": _("Give both dates, or neither.")})
        return attrs


class CloseIn(Versioned):
    outcome = serializers.ChoiceField(LAST)
    refusal = serializers.ChoiceField(Stay.Refusal.choices, required=False, allow_blank=True)
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["outcome"] == Stay.Status.REFUSED and not attrs.get("refusal"):
            raise serializers.ValidationError({"refusal": _("Say why: refusals are counted.")})
        return attrs


class CheckInIn(Versioned):
    people = serializers.ListField(
        child=IdField(), required=False, max_length=MOST_ADULTS + MOST_CHILDREN
    )
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")


class ExtendIn(Versioned):
    to = DayField()
    document_number = LabelField(max_length=60)
    document_on = PastDayField()


class MoveIn(Versioned):
    unit = IdField()
    on = DayField(required=False)


class AbsenceIn(Versioned):
    """Somebody goes (`kind`), or is `back`."""

    person = IdField()
    kind = serializers.ChoiceField(Absence.Kind.choices, required=False)
    back = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["back"] == ("kind" in attrs):
            raise serializers.ValidationError({"kind": _("Say where to, or that she is back.")})
        return attrs


class Newborn(serializers.Serializer[Any]):
    given_name = LabelField(max_length=60)
    family_name = LabelField(max_length=60)
    birth_on = PastDayField(required=False, help_text="today, unless given")


class MembersIn(Versioned):
    """One of three: somebody who `joins`, somebody who `leaves`, a child `born`."""

    joins = IdField(required=False)
    leaves = IdField(required=False)
    born = Newborn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"joins", "leaves", "born"} & attrs.keys()) != 1:
            raise serializers.ValidationError(
                {"joins": _("Say one thing: who joins, who leaves, or who is born.")}
            )
        return attrs


class MemberOut(serializers.Serializer[Any]):
    person = IdField()
    joined_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)
    away = serializers.ChoiceField(Absence.Kind.choices, allow_null=True)


class StayOut(serializers.Serializer[Any]):
    id = IdField()
    centre = IdField()
    kind = serializers.ChoiceField(UnitKind.choices)
    status = serializers.ChoiceField(Stay.Status.choices)
    from_on = serializers.DateField()
    to_on = serializers.DateField()
    overdue = serializers.BooleanField()
    adults = serializers.IntegerField()
    ages = serializers.ListField(child=serializers.IntegerField())
    needs = serializers.ListField(child=serializers.ChoiceField(Need.choices))
    turns = TurnOut(many=True)
    members = MemberOut(many=True)
    hold_expires_at = InstantField(allow_null=True)
    in_danger = serializers.BooleanField()
    reason = serializers.CharField()
    without_papers = serializers.CharField()
    refusal = serializers.CharField()
    requested_at = InstantField()
    version = serializers.IntegerField()


def stays_shown(stays: Iterable[Stay]) -> list[dict[str, Any]]:
    """In the given order, with as many statements for one as for thirty."""
    stays = list(stays)
    legs = selectors.legs_by_booking(stay.booking_id for stay in stays)
    members: dict[int, list[Member]] = defaultdict(list)
    everybody = list(Member.objects.filter(stay__in=stays).select_related("person"))
    away = selectors.away(everybody)
    for member in everybody:
        members[member.stay_id].append(member)
    return [
        stay_shown(stay, legs.get(stay.booking_id or 0, []), members[stay.pk], away)
        for stay in stays
    ]


def stay_shown(
    stay: Stay, legs: Sequence[StayLeg], members: Iterable[Member], away: Mapping[int, Absence]
) -> dict[str, Any]:
    booking = stay.booking if stay.status != Stay.Status.REQUESTED else None
    expires_at = booking.hold_expires_at if booking else None
    ran_out = expires_at is not None and expires_at <= clock.now()
    return {
        "id": stay.public_id,
        "centre": stay.centre.public_id,
        "kind": stay.kind,
        "status": Stay.Status.REQUESTED.value if ran_out else stay.status,
        "from_on": stay.from_on,
        "to_on": stay.to_on,
        "overdue": is_overdue(stay, booking),
        "adults": stay.adults,
        "ages": stay.ages,
        "needs": stay.needs,
        "turns": [] if ran_out else [leg_shown(leg) for leg in selectors.joined(legs)],
        "members": [
            {
                "person": member.person.public_id,
                "joined_on": member.joined_on,
                "left_on": member.left_on,
                "away": away[member.pk].kind if member.pk in away else None,
            }
            for member in members
        ],
        "hold_expires_at": None if ran_out or not expires_at else clock.local(expires_at),
        "in_danger": stay.in_danger,
        "reason": stay.reason,
        "without_papers": booking.without_papers if booking else "",
        "refusal": stay.refusal,
        "requested_at": clock.local(stay.requested_at),
        "version": stay.version,
    }


def is_overdue(stay: Stay, booking: Booking | None) -> bool:
    in_house = stay.status == Stay.Status.IN_HOUSE
    return bool(in_house and booking and booking.ends_at <= clock.now())


def leg_shown(leg: StayLeg) -> dict[str, Any]:
    return {
        "unit": leg.unit.public_id,
        "name": leg.unit.name,
        "from_on": leg.nights.from_on,
        "to_on": leg.nights.to_on,
    }
