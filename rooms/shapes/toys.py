"""Shapes of the toy library."""

from typing import Any

from rest_framework import serializers

from base import clock
from base.fields import DayField
from rooms.models import Loan


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
