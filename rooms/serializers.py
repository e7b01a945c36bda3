"""Shapes of the API of units, stays and toys: typed input, and what answers look like."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import DayField, InstantField, LabelField, PastDayField
from rooms import selectors
from rooms.availability import Answer, Turn, Vacancy
from rooms.board import Board, Span
from rooms.evening import Evening, Placed, Sister
from rooms.fitting import MOST_ADULTS, MOST_CHILDREN, OLDEST_CHILD, Party
from rooms.models import Absence, Loan, Member, Need, Stay, UnitKind
from rooms.nights import Nights, tonight
from rooms.selectors import StayLeg
from rooms.states import STATES, UnitNow
from scheduling.models import Booking
from scheduling.serializers import Versioned

MOST_DAYS = 120
FIRST = [
    (status.value, status.label)
    for status in (Stay.Status.REQUESTED, Stay.Status.HELD, Stay.Status.IN_HOUSE)
]
LAST = [
    (status.value, status.label)
    for status in (Stay.Status.REFUSED, Stay.Status.WITHDRAWN, Stay.Status.DID_NOT_COME)
]


class AgesField(serializers.ListField):
    """Whole years of the children; in a query also as "0,5"."""

    child = serializers.IntegerField(min_value=0, max_value=OLDEST_CHILD)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_CHILDREN, **options)

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
            return [part for part in value[0].split(",") if part]
        return value


def number_of(most: int, **options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=most, **options)


class PartyIn(serializers.Serializer[Any]):
    """How many, how old, with what needs. A child without an age needs a bed of its own."""

    kind = serializers.ChoiceField(UnitKind.choices, default=UnitKind.FAMILY)
    adults = number_of(MOST_ADULTS, default=1)
    children = number_of(MOST_CHILDREN, required=False)
    ages = AgesField(required=False)
    needs = serializers.ListField(
        child=serializers.ChoiceField(Need.choices), required=False, max_length=len(Need)
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ages = attrs.get("ages", [])
        children = attrs.get("children", len(ages))
        if len(ages) > children:
            raise serializers.ValidationError({"ages": _("There are more ages than children.")})
        attrs["ages"] = (*ages, *[OLDEST_CHILD] * (children - len(ages)))
        attrs["needs"] = frozenset(attrs.get("needs", ()))
        if not attrs["adults"] + children:
            raise serializers.ValidationError({"adults": _("Say for how many people.")})
        return attrs


def party_of(asked: Mapping[str, Any]) -> Party:
    return Party(asked["adults"], tuple(asked["ages"]), asked["needs"], asked["kind"])


class FromTo(serializers.Serializer[Any]):
    """Dates of nights: `from` the first evening, `to` the day of leaving."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a keyword, so the two fields cannot be plain attributes.
        return {"from": DayField(), "to": DayField(), **super().get_fields()}


class AvailabilityQuery(FromTo, PartyIn):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        attrs["nights"] = Nights(attrs["from"], attrs["to"])
        return attrs


class BoardQuery(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=14)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": DayField(required=False), **super().get_fields()}


class UnitOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(UnitKind.choices)
    building = serializers.CharField()
    beds = serializers.IntegerField()
    cots = serializers.IntegerField()
    features = serializers.ListField(child=serializers.ChoiceField(Need.choices))
    state = serializers.ChoiceField(STATES)


def unit_shown(unit: UnitNow) -> dict[str, Any]:
    """As everybody in the centre may see it: never where it is, never who is in it."""
    tonight_only = Nights(tonight(), tonight())
    return {
        "id": unit.public_id,
        "name": unit.name,
        "kind": unit.kind,
        "building": unit.building,
        "beds": unit.beds,
        "cots": unit.cots_on(tonight_only),
        "features": sorted(unit.features),
        "state": unit.state.value,
    }


class VacancyOut(UnitOut):
    free_until = serializers.DateField(allow_null=True)
    spare_beds = serializers.IntegerField()


class TurnOut(serializers.Serializer[Any]):
    unit = serializers.UUIDField()
    name = serializers.CharField()
    from_on = serializers.DateField()
    to_on = serializers.DateField()


class AvailabilityOut(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = VacancyOut(many=True)
    in_turns = TurnOut(many=True)
    nearest = serializers.DateField(allow_null=True)


def answer_shown(answer: Answer, party: Party, nights: Nights) -> dict[str, Any]:
    return {
        "count": len(answer.vacancies),
        "next": None,
        "previous": None,
        "results": [vacancy_shown(one, party, nights) for one in answer.vacancies],
        "in_turns": [turn_shown(turn) for turn in answer.in_turns],
        "nearest": answer.nearest,
    }


def vacancy_shown(vacancy: Vacancy, party: Party, nights: Nights) -> dict[str, Any]:
    return {
        **unit_shown(vacancy.unit),
        "free_until": vacancy.free_until,
        "spare_beds": vacancy.unit.spare_beds(party, nights),
    }


def turn_shown(turn: Turn) -> dict[str, Any]:
    return {
        "unit": turn.unit.public_id,
        "name": turn.unit.name,
        "from_on": turn.nights.from_on,
        "to_on": turn.nights.to_on,
    }


class SpanOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(STATES)
    from_on = serializers.DateField()
    to_on = serializers.DateField()
    stay = serializers.UUIDField(allow_null=True)
    endangered = serializers.BooleanField()


class LineOut(serializers.Serializer[Any]):
    unit = UnitOut()
    spans = SpanOut(many=True)


class BoardOut(serializers.Serializer[Any]):
    """Units by nights. No names, and for whom the shelter is not, no stays."""

    from_on = serializers.DateField()
    to_on = serializers.DateField()
    free = serializers.ListField(child=serializers.IntegerField())
    nights_slept = serializers.IntegerField()
    nights_possible = serializers.IntegerField()
    official_places = serializers.DictField(child=serializers.IntegerField())
    units = LineOut(many=True)


def board_shown(board: Board) -> dict[str, Any]:
    return {
        "from_on": board.nights.from_on,
        "to_on": board.nights.to_on,
        "free": board.free,
        "nights_slept": board.slept,
        "nights_possible": board.possible,
        "official_places": board.official,
        "units": [
            {"unit": unit_shown(line.unit), "spans": [span_shown(span) for span in line.spans]}
            for line in board.lines
        ],
    }


def span_shown(span: Span) -> dict[str, Any]:
    return {
        "state": span.state.value,
        "from_on": span.nights.from_on,
        "to_on": span.nights.to_on,
        "stay": span.stay,
        "endangered": span.endangers,
    }


class LegIn(FromTo):
    unit = serializers.UUIDField()


class StayIn(PartyIn, FromTo):
    """`status` is the one to begin with: on the waiting list, held for a day (or reserved, which
    does not run out), or in house at once. Without a unit the best fit is taken."""

    centre = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(FIRST, default="held")
    reserve = serializers.BooleanField(default=False)
    unit = serializers.UUIDField(required=False, allow_null=True)
    turns = serializers.ListField(child=LegIn(), required=False, max_length=3)
    people = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_ADULTS + MOST_CHILDREN
    )
    in_danger = serializers.BooleanField(default=False)
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("unit") and attrs.get("turns"):
            raise serializers.ValidationError({"turns": _("Name one unit, or several in turn.")})
        return super().validate(attrs)


class OfferIn(Versioned):
    unit = serializers.UUIDField(required=False, allow_null=True)
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
        child=serializers.UUIDField(), required=False, max_length=MOST_ADULTS + MOST_CHILDREN
    )
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")


class ExtendIn(Versioned):
    to = DayField()
    document_number = LabelField(max_length=60)
    document_on = PastDayField()


class MoveIn(Versioned):
    unit = serializers.UUIDField()
    on = DayField(required=False)


class AbsenceIn(Versioned):
    """Somebody goes (`kind`), or is `back`."""

    person = serializers.UUIDField()
    kind = serializers.ChoiceField(Absence.Kind.choices, required=False)
    back = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["back"] == ("kind" in attrs):
            raise serializers.ValidationError({"kind": _("Say where to, or that she is back.")})
        return attrs


class Newborn(serializers.Serializer[Any]):
    given_name = LabelField(max_length=60)
    family_name = LabelField(max_length=60)


class MembersIn(Versioned):
    """One of three: somebody who `joins`, somebody who `leaves`, a child `born`."""

    joins = serializers.UUIDField(required=False)
    leaves = serializers.UUIDField(required=False)
    born = Newborn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"joins", "leaves", "born"} & attrs.keys()) != 1:
            raise serializers.ValidationError(
                {"joins": _("Say one thing: who joins, who leaves, or who is born.")}
            )
        return attrs


class OutOfServiceIn(FromTo):
    pass


class CotsIn(serializers.Serializer[Any]):
    taken_from = serializers.UUIDField(required=False, allow_null=True)
    brought_to = serializers.UUIDField(required=False, allow_null=True)
    count = serializers.IntegerField(min_value=1, max_value=20, default=1)
    on = DayField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("taken_from") or attrs.get("brought_to")):
            raise serializers.ValidationError({"brought_to": _("Say from where or to where.")})
        if attrs.get("taken_from") == attrs.get("brought_to"):
            raise serializers.ValidationError({"brought_to": _("That is the same unit.")})
        return attrs


class MemberOut(serializers.Serializer[Any]):
    person = serializers.UUIDField()
    joined_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)
    away = serializers.ChoiceField(Absence.Kind.choices, allow_null=True)


class StayOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    centre = serializers.UUIDField()
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


class PlacedOut(serializers.Serializer[Any]):
    stay = serializers.UUIDField()
    unit = serializers.CharField(allow_blank=True)
    from_on = serializers.DateField()
    to_on = serializers.DateField()


class FreeOut(serializers.Serializer[Any]):
    unit = UnitOut()
    until = serializers.DateField(allow_null=True)


class SisterOut(serializers.Serializer[Any]):
    """Another centre: how many units are free, and whom to call. Never more."""

    name = serializers.CharField()
    phone = serializers.CharField()
    free = serializers.IntegerField()


class EveningOut(serializers.Serializer[Any]):
    night = serializers.DateField()
    free = FreeOut(many=True)
    arrivals = PlacedOut(many=True)
    leavers = PlacedOut(many=True)
    overdue = PlacedOut(many=True)
    to_move = PlacedOut(many=True)
    to_clean = UnitOut(many=True)
    holds = PlacedOut(many=True)
    endangered = PlacedOut(many=True)
    sisters = SisterOut(many=True)


def evening_shown(evening: Evening, sisters: Iterable[Sister]) -> dict[str, Any]:
    placed = ("arrivals", "leavers", "overdue", "to_move", "holds", "endangered")
    return {
        "night": tonight(),
        "free": [{"unit": unit_shown(one.unit), "until": one.until} for one in evening.free],
        "to_clean": [unit_shown(unit) for unit in evening.to_clean],
        "sisters": [
            {"name": one.centre.name, "phone": str(one.centre.phone), "free": one.free}
            for one in sisters
        ],
        **{name: [placed_shown(one) for one in getattr(evening, name)] for name in placed},
    }


def placed_shown(placed: Placed) -> dict[str, Any]:
    return {
        "stay": placed.stay.public_id,
        "unit": placed.unit.name if placed.unit else "",
        "from_on": placed.stay.from_on,
        "to_on": placed.stay.to_on,
    }


class TurnedAwayQuery(FromTo):
    pass


class TurnedAwayOut(serializers.Serializer[Any]):
    """Requests that ended without a stay, counted by reason (D26)."""

    refused = serializers.DictField(child=serializers.IntegerField())
    withdrawn = serializers.IntegerField()
    did_not_come = serializers.IntegerField()


class BuildingOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    address = serializers.CharField()


class ToyOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    lent = serializers.BooleanField()
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()


class LoanIn(serializers.Serializer[Any]):
    toy = serializers.UUIDField()
    person = serializers.UUIDField()
    due_on = DayField()


class LoanOut(serializers.ModelSerializer[Loan]):
    id = serializers.UUIDField(source="public_id")
    toy = serializers.UUIDField(source="toy.public_id")
    person = serializers.UUIDField(source="person.public_id")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Loan
        fields: tuple[str, ...] = (
            "id", "toy", "person", "lent_on", "due_on", "returned_on", "overdue",
        )  # fmt: skip

    def get_overdue(self, loan: Loan) -> bool:
        return loan.is_overdue_on(clock.today())
