"""Shapes of enrolments, their story, and to whom somebody belongs."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.fields import DayField, IdField, InstantField, LabelField
from scheduling.shapes.bookings import Versioned
from workshops import eligibility
from workshops.models import Audience, Belonging, Enrolment, Step

MOST_SIBLINGS = 12


class CandidateIn(serializers.Serializer[Any]):
    person = IdField()
    carer = IdField(required=False, allow_null=True)
    one_to_one = serializers.BooleanField(default=False)


class EnrolmentIn(serializers.Serializer[Any]):
    """One person or several siblings. Without `to` it goes on while the group does."""

    group = IdField()
    people = serializers.ListField(child=CandidateIn(), min_length=1, max_length=MOST_SIBLINGS)
    together = serializers.BooleanField(
        default=False, help_text="places for all of them, or all wait"
    )
    consent_on = DayField(help_text="when the carer consented")
    trial = serializers.BooleanField(default=False)
    leaving_out = serializers.BooleanField(
        default=False, help_text="without the sessions at which somebody cannot come"
    )
    without_papers = LabelField(required=False, max_length=200, allow_blank=True, default="")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": DayField(),
            "to": DayField(required=False, allow_null=True),
            **super().get_fields(),
        }


class PauseIn(Versioned):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": DayField(),
            "to": DayField(allow_null=True, help_text="null: the place is given up"),
            **super().get_fields(),
        }


class AcceptIn(Versioned):
    leaving_out = serializers.BooleanField(
        default=False, help_text="without the sessions at which she cannot come"
    )


class OnIn(Versioned):
    on = DayField()


class WithdrawIn(OnIn):
    reason = LabelField(required=False, max_length=200, allow_blank=True, default="")


class ReasonIn(Versioned):
    reason = LabelField(max_length=200)


class SkipIn(Versioned):
    reason = LabelField(
        required=False, max_length=200, allow_blank=True, default="", help_text="empty: no longer"
    )


class AnswerIn(Versioned):
    """What the family says to an offer."""

    yes = serializers.BooleanField()


class StepOut(serializers.ModelSerializer[Step]):
    by = serializers.SerializerMethodField()
    at = InstantField()

    class Meta:
        model = Step
        fields = ("what", "by", "at", "facts")

    def get_by(self, step: Step) -> str | None:
        return str(step.by) if step.by else None


class EnrolmentOut(serializers.Serializer[Any]):
    """`on_doubtful_age` warns that the rule is ambiguous at that age (D13)."""

    id = IdField(source="public_id")
    group = IdField(source="group.public_id")
    person = IdField(source="person.public_id")
    carer = IdField(source="carer.public_id", default=None, allow_null=True)
    status = serializers.ChoiceField(Enrolment.Status.choices)
    trial = serializers.BooleanField(source="is_trial")
    one_to_one = serializers.BooleanField(source="is_one_to_one")
    accepted = serializers.SerializerMethodField()
    offer_expires_at = InstantField(allow_null=True)
    skipped = serializers.CharField(source="skip_reason")
    consent_on = serializers.DateField()
    on_doubtful_age = serializers.SerializerMethodField()
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": serializers.DateField(source="from_on"),
            "to": serializers.DateField(source="until_on", allow_null=True),
            **super().get_fields(),
        }

    def get_accepted(self, one: Enrolment) -> bool:
        return one.accepted_at is not None

    def get_on_doubtful_age(self, one: Enrolment) -> bool:
        return eligibility.is_ever_doubtful(one)


class EnrolledOut(serializers.Serializer[Any]):
    """In the order in which they were asked for."""

    enrolments = EnrolmentOut(many=True)


class BelongingIn(serializers.Serializer[Any]):
    audience = serializers.ChoiceField(Audience.choices)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "from": DayField(),
            "to": DayField(required=False, allow_null=True),
            **super().get_fields(),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("to") and attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": _("The end must be after the start.")})
        return attrs


class BelongingOut(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            "id": IdField(source="public_id"),
            "audience": serializers.ChoiceField(Audience.choices),
            "from": serializers.DateField(source="from_on"),
            "to": serializers.DateField(source="until_on", allow_null=True),
        }


def enrolments_shown(found: Sequence[Enrolment]) -> list[dict[str, Any]]:
    return [dict(EnrolmentOut(one).data) for one in found]


def belongings_shown(found: Sequence[Belonging]) -> list[dict[str, Any]]:
    return [dict(BelongingOut(one).data) for one in found]
