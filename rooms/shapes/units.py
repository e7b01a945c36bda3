"""Shapes of units: what is free, the board, tonight, and their upkeep."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import DayField, IdField
from rooms.availability import Answer, Turn, Vacancy
from rooms.board import Board, Span
from rooms.evening import Evening, Placed, Sister
from rooms.fitting import Party
from rooms.models import Need, UnitKind
from rooms.nights import Nights, tonight
from rooms.shapes.asking import FromTo, PartyIn
from rooms.states import STATES, UnitNow

MOST_DAYS = 120


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
    id = IdField()
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
    unit = IdField()
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
    stay = IdField(allow_null=True)
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


class OutOfServiceIn(FromTo):
    pass


class CotsIn(serializers.Serializer[Any]):
    taken_from = IdField(required=False, allow_null=True)
    brought_to = IdField(required=False, allow_null=True)
    count = serializers.IntegerField(min_value=1, max_value=20, default=1)
    on = DayField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("taken_from") or attrs.get("brought_to")):
            raise serializers.ValidationError({"brought_to": _("Say from where or to where.")})
        if attrs.get("taken_from") == attrs.get("brought_to"):
            raise serializers.ValidationError({"brought_to": _("That is the same unit.")})
        return attrs


class PlacedOut(serializers.Serializer[Any]):
    stay = IdField()
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
    id = IdField(source="public_id")
    name = serializers.CharField()
    address = serializers.CharField()
