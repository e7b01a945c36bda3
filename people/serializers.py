"""Shapes of people, cards and cases in the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from base import clock
from base.fields import DayField, IdField, LabelField, PastDayField, WallClockField
from base.models import Task
from people import languages, selectors
from people.models import (
    AccessRecord,
    Carer,
    Case,
    Centre,
    ContactCard,
    EntryBasis,
    KinshipWall,
    NoContact,
    OpeningHours,
    Person,
)


class OpeningHoursOut(serializers.ModelSerializer[OpeningHours]):
    opens = WallClockField()
    closes = WallClockField()

    class Meta:
        model = OpeningHours
        fields: tuple[str, ...] = ("weekday", "opens", "closes")


class CentreOut(serializers.ModelSerializer[Centre]):
    id = IdField(source="public_id")
    opening_hours = OpeningHoursOut(many=True)
    places = serializers.IntegerField(allow_null=True, help_text="official places today")

    class Meta:
        model = Centre
        fields: tuple[str, ...] = ("id", "name", "municipality", "phone", "opening_hours", "places")


class PersonOut(serializers.ModelSerializer[Person]):
    id = IdField(source="public_id")
    name = serializers.CharField(source="full_name")
    centre = IdField(source="centre.public_id")
    household = IdField(source="household.public_id")
    is_child = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields: tuple[str, ...] = ("id", "name", "centre", "household", "is_child")

    def get_is_child(self, person: Person) -> bool:
        return person.is_child_on(clock.today())


class CarerOut(serializers.ModelSerializer[Carer]):
    id = IdField(source="adult.public_id")
    name = serializers.CharField(source="adult.full_name")
    tie = IdField(source="public_id", help_text="for DELETE carers/{id}/")

    class Meta:
        model = Carer
        fields: tuple[str, ...] = ("id", "name", "relation", "tie")


class CarerIn(serializers.Serializer[Any]):
    adult = IdField()
    relation = serializers.ChoiceField(Carer.Relation.choices)


class PairIn(serializers.Serializer[Any]):
    other = IdField()


class PairOut(serializers.ModelSerializer[NoContact]):
    id = IdField(source="public_id")
    one = IdField(source="one.public_id")
    other = IdField(source="other.public_id")

    class Meta:
        model = NoContact
        fields: tuple[str, ...] = ("id", "one", "other", "since_on")


class WallIn(serializers.Serializer[Any]):
    specialist = IdField()


class WallOut(serializers.ModelSerializer[KinshipWall]):
    id = IdField(source="public_id")
    specialist = IdField(source="user.resource.public_id")

    class Meta:
        model = KinshipWall
        fields: tuple[str, ...] = ("id", "specialist")


class CardOut(serializers.ModelSerializer[ContactCard]):
    id = IdField(source="public_id")
    phone = PhoneNumberField()
    safe_from = WallClockField()
    safe_until = WallClockField()
    silence = serializers.SerializerMethodField()
    shared_with = serializers.SerializerMethodField()

    class Meta:
        model = ContactCard
        fields: tuple[str, ...] = (
            "id", "phone", "consent_on", "verified_at", "safe_to_text", "safety_asked_on",
            "safe_from", "safe_until", "wording", "language", "script", "allows_link",
            "opted_out_on", "silence", "shared_with",
        )  # fmt: skip

    def get_silence(self, card: ContactCard) -> str | None:
        """Why nothing would be sent today; null when it may be."""
        return card.silence_on(clock.today())

    def get_shared_with(self, card: ContactCard) -> int:
        """How many other people of the centre have this number."""
        return selectors.others_with_number_of(card)


class PersonDetailOut(PersonOut):
    birth_on = serializers.DateField(allow_null=True)
    carers = CarerOut(many=True)
    contact_card = CardOut(allow_null=True)

    class Meta(PersonOut.Meta):
        fields: tuple[str, ...] = (*PersonOut.Meta.fields, "birth_on", "carers", "contact_card")


class PersonIn(serializers.Serializer[Any]):
    centre = IdField()
    household = IdField(required=False)
    given_name = LabelField(max_length=60)
    family_name = LabelField(max_length=60)
    birth_on = PastDayField(required=False, allow_null=True)


class VerifyIn(serializers.Serializer[Any]):
    phone = PhoneNumberField(
        required=False, help_text="the number that was heard; the card's unless given"
    )


class CardIn(serializers.Serializer[Any]):
    """What is given is changed; a new number is unverified and not safe until said again."""

    phone = PhoneNumberField(required=False)
    consent = serializers.BooleanField(required=False)
    safe_to_text = serializers.BooleanField(required=False)
    safe_from = WallClockField(required=False)
    safe_until = WallClockField(required=False)
    wording = serializers.ChoiceField(ContactCard.Wording.choices, required=False)
    language = serializers.ChoiceField(languages.choices(), required=False)
    script = serializers.ChoiceField(ContactCard.Script.choices, required=False)
    allows_link = serializers.BooleanField(
        required=False, help_text="a link in a text can be opened by whoever holds the phone"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("safe_from" in attrs) != ("safe_until" in attrs):
            raise serializers.ValidationError({"safe_from": _("Give both ends of her safe hours.")})
        if "safe_from" in attrs:
            hours = attrs.pop("safe_from"), attrs.pop("safe_until")
            if not hours[0] < hours[1]:
                raise serializers.ValidationError(
                    {"safe_until": _("The end must be after the start.")}
                )
            attrs["hours"] = hours
        if "phone" in attrs:
            attrs["phone"] = str(attrs["phone"])
        return attrs


class EntryBasisOut(serializers.ModelSerializer[EntryBasis]):
    id = IdField(source="public_id")
    services: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="public_id", many=True, read_only=True
    )

    class Meta:
        model = EntryBasis
        fields: tuple[str, ...] = (
            "id", "route", "document_number", "document_on", "valid_from", "valid_until",
            "services",
        )  # fmt: skip


class CaseOut(serializers.ModelSerializer[Case]):
    id = IdField(source="public_id")
    centre = IdField(source="centre.public_id")
    household = IdField(source="household.public_id")
    lead = IdField(source="lead.resource.public_id")
    entry_bases = EntryBasisOut(many=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "id", "number", "centre", "household", "lead", "opened_on", "closed_on", "at_risk",
            "plan_due_on", "planned_on", "overdue", "entry_bases",
        )  # fmt: skip

    def get_overdue(self, case: Case) -> bool:
        return case.is_overdue_on(clock.today())


class CaseIn(serializers.Serializer[Any]):
    """A case of the named person's household, with its first entry document (D5)."""

    person = IdField()
    lead = IdField(help_text="a specialist of the centre")
    number = LabelField(max_length=40)
    opened_on = PastDayField()
    route = serializers.ChoiceField(EntryBasis.Route.choices)
    document_number = LabelField(max_length=60)
    document_on = PastDayField()
    valid_until = DayField(required=False, allow_null=True)
    at_risk = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("valid_until")
        if until and until < attrs["opened_on"]:
            raise serializers.ValidationError(
                {"valid_until": _("The end must be after the start.")}
            )
        return attrs


class DocumentIn(serializers.Serializer[Any]):
    """Another entry document of an open case."""

    route = serializers.ChoiceField(EntryBasis.Route.choices)
    document_number = LabelField(max_length=60)
    document_on = PastDayField()
    valid_from = DayField()
    valid_until = DayField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("valid_until")
        if until and until < attrs["valid_from"]:
            raise serializers.ValidationError(
                {"valid_until": _("The end must be after the start.")}
            )
        return attrs


class TaskOut(serializers.ModelSerializer[Task]):
    id = IdField(source="public_id")
    title = serializers.CharField(source="get_kind_display")

    class Meta:
        model = Task
        fields: tuple[str, ...] = ("id", "kind", "title", "about", "due_on", "done_at")


class AccessOut(serializers.ModelSerializer[AccessRecord]):
    user = serializers.CharField(source="user.username")

    class Meta:
        model = AccessRecord
        fields: tuple[str, ...] = ("user", "what", "subject", "at")
