"""Shapes of series: how they repeat, and what became of each date."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base import clock
from base.fields import DayField, IdField, InstantField
from scheduling.models import Series
from scheduling.series import history, reasons
from scheduling.series.making import MOST_DATES, Repetition
from scheduling.series.placing import Place, Refusal
from scheduling.series.recurrence import WEEKDAYS, Freq, Pattern, last_day, pattern_of
from scheduling.series.selectors import SeriesDate, dates_of, terms_of
from scheduling.shapes.bookings import CancelIn, StartsIn, Versioned, WishIn
from scheduling.slots import Slot

PLACES = (1, 2, 3, 4, -1)


class RuleIn(serializers.Serializer[Any]):
    """On which days: as RFC 5545 names them, without what nobody books by."""

    freq = serializers.ChoiceField(Freq.choices)
    interval = serializers.IntegerField(min_value=1, max_value=52, default=1)
    byweekday = serializers.ListField(
        child=serializers.ChoiceField(WEEKDAYS), required=False, max_length=7, default=list
    )
    bysetpos = serializers.ChoiceField(
        PLACES, required=False, allow_null=True, help_text="which of the month's; -1 is the last"
    )
    until = DayField(required=False, allow_null=True)
    count = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=MOST_DATES
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days, nth = attrs["byweekday"], attrs.get("bysetpos")
        monthly = attrs["freq"] == Freq.MONTHLY
        if attrs.get("until") and attrs.get("count"):
            raise serializers.ValidationError(
                {"count": _("Give a last day or a number, not both.")}
            )
        if days and not (attrs["freq"] == Freq.WEEKLY or (monthly and nth and len(days) == 1)):
            raise serializers.ValidationError(
                {"byweekday": _("Weekdays go with weeks; with months, one and its place.")}
            )
        if nth and not monthly:
            raise serializers.ValidationError({"bysetpos": _("A place is one of a month's.")})
        return attrs


def pattern_in(rule: Mapping[str, Any], starts_at: datetime) -> Pattern:
    """Weekdays that are not named are the first date's."""
    freq, nth = Freq(rule["freq"]), rule.get("bysetpos")
    days = tuple(sorted({WEEKDAYS.index(day) for day in rule["byweekday"]}))
    if not days and (freq == Freq.WEEKLY or nth):
        days = (clock.local(starts_at).weekday(),)
    return Pattern(freq, rule["interval"], days, nth)


def repetition_in(rule: Mapping[str, Any], starts_at: datetime) -> Repetition:
    return Repetition(pattern_in(rule, starts_at), rule.get("until"), rule.get("count"))


class MovedIn(serializers.Serializer[Any]):
    original_start = InstantField()
    starts_at = InstantField()


class SeriesIn(WishIn):
    """A booking and how it repeats. `moved` gives single dates another hour."""

    rule = RuleIn()
    skip_clashes = serializers.BooleanField(default=False)
    dry_run = serializers.BooleanField(default=False)
    moved = serializers.ListField(
        child=MovedIn(), required=False, max_length=MOST_DATES, default=list
    )


class SplitIn(StartsIn, Versioned):
    """What is to be otherwise from `since` on, or on every date ahead. What is left out stays."""

    since = InstantField(required=False, allow_null=True)
    specialist = IdField(required=False, allow_null=True)
    room = IdField(required=False, allow_null=True)
    colleagues = serializers.ListField(child=IdField(), required=False, max_length=5)
    rule = RuleIn(required=False)
    skip_clashes = serializers.BooleanField(default=False)
    may_stay = True

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        rule = attrs.get("rule")
        if rule and not (attrs.get("starts_at") or attrs.get("since")):
            raise serializers.ValidationError({"since": _("Say from which date on.")})
        if rule and rule.get("count"):
            raise serializers.ValidationError({"rule": _("Give the last day, not a number.")})
        return attrs


class EndIn(CancelIn):
    since = InstantField(required=False, allow_null=True)


class LengthenIn(Versioned):
    until = DayField(allow_null=True, help_text="null: until somebody ends it")
    skip_clashes = serializers.BooleanField(default=False)


class RestoreIn(StartsIn, Versioned):
    original_start = InstantField()
    may_stay = True


class RuleOut(serializers.Serializer[Any]):
    freq = serializers.ChoiceField(Freq.choices)
    interval = serializers.IntegerField()
    byweekday = serializers.ListField(child=serializers.ChoiceField(WEEKDAYS))
    bysetpos = serializers.IntegerField(allow_null=True)
    until = serializers.DateField(allow_null=True)


class ProposalOut(serializers.Serializer[Any]):
    starts_at = InstantField()
    room = IdField(allow_null=True)


STATES = ["free", "clash", "closed", "booked", "moved", "cancelled", "skipped"]


class DateOut(serializers.Serializer[Any]):
    """A date: before booking free, clash or closed; then booked, moved, cancelled or skipped."""

    original_start = InstantField()
    starts_at = InstantField()
    state = serializers.ChoiceField(STATES)
    code = serializers.CharField()
    detail = serializers.CharField()
    booking = IdField(allow_null=True)
    proposal = ProposalOut(allow_null=True)


class SeriesOut(serializers.Serializer[Any]):
    id = IdField()
    service = IdField()
    people = serializers.ListField(child=IdField())
    specialist = IdField()
    colleagues = serializers.ListField(child=IdField())
    modality = serializers.CharField()
    rule = RuleOut()
    is_open = serializers.BooleanField()
    version = serializers.IntegerField()
    undo_until = InstantField(allow_null=True)
    dates = DateOut(many=True)


class PreviewOut(serializers.Serializer[Any]):
    dates = DateOut(many=True)


class SeriesBrief(serializers.Serializer[Any]):
    id = IdField(source="public_id")
    service = IdField(source="service.public_id")
    is_open = serializers.BooleanField()
    created_at = InstantField()


def series_shown(series: Series) -> dict[str, Any]:
    terms = terms_of(series)
    last = terms[-1]
    change = history.last_change(series)
    closed = reasons.closures_of(series.centre_id, terms)
    return {
        "id": series.public_id,
        "service": series.service.public_id,
        "people": list(series.people.order_by("pk").values_list("public_id", flat=True)),
        "specialist": last.lead.public_id,
        "colleagues": list(last.colleagues.order_by("pk").values_list("public_id", flat=True)),
        "modality": series.modality,
        "rule": rule_shown(
            pattern_of(last.event.rule), None if series.is_open else last_day(last.event)
        ),
        "is_open": series.is_open,
        "version": series.version,
        "undo_until": change and clock.local(change.at + history.UNDO_LASTS),
        "dates": [date_shown(date, closed) for date in dates_of(terms)],
    }


def rule_shown(pattern: Pattern, until: date | None) -> dict[str, Any]:
    return {
        "freq": pattern.freq.value,
        "interval": pattern.interval,
        "byweekday": [WEEKDAYS[day] for day in pattern.weekdays],
        "bysetpos": pattern.nth,
        "until": until,
    }


def date_shown(date: SeriesDate, closed: Mapping[Any, str]) -> dict[str, Any]:
    booking = date.booking
    return {
        "original_start": clock.local(date.original_start),
        "starts_at": clock.local(date.starts_at),
        "state": state_of(date),
        "code": date.why,
        "detail": reasons.detail(date, closed),
        "booking": booking.public_id if booking else None,
        "proposal": None,
    }


def state_of(date: SeriesDate) -> str:
    if date.is_skipped:
        return "skipped"
    if not date.stands:
        return "cancelled"
    return "moved" if date.is_moved else "booked"


def preview_shown(
    places: Sequence[Place], refusals: Sequence[Refusal], proposals: Mapping[datetime, Slot]
) -> dict[str, Any]:
    errors = {refusal.place.original_start: refusal.error for refusal in refusals}
    return {
        "dates": [
            looked_at(place, errors.get(place.original_start), proposals.get(place.original_start))
            for place in places
        ]
    }


def looked_at(place: Place, error: Exception | None, slot: Slot | None) -> dict[str, Any]:
    code = getattr(error, "code", "")
    return {
        "original_start": clock.local(place.original_start),
        "starts_at": clock.local(place.starts_at),
        "state": "free" if error is None else "closed" if code == "closed" else "clash",
        "code": code,
        "detail": str(error or ""),
        "booking": None,
        "proposal": slot
        and {
            "starts_at": clock.local(slot.starts_at),
            "room": slot.room.public_id if slot.room else None,
        },
    }
