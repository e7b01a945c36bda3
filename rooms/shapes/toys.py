"""Shapes of the toy library."""

from typing import Any

from rest_framework import serializers

from base import clock
from base.fields import DayField, IdField
from rooms.models import Loan


class ToyOut(serializers.Serializer[Any]):
    id = IdField()
    name = serializers.CharField()
    lent = serializers.BooleanField()
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField()


class LoanIn(serializers.Serializer[Any]):
    toy = IdField()
    person = IdField()
    due_on = DayField()


class LoanOut(serializers.ModelSerializer[Loan]):
    id = IdField(source="public_id")
    toy = IdField(source="toy.public_id")
    person = IdField(source="person.public_id")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Loan
        fields: tuple[str, ...] = (
            "id", "toy", "person", "lent_on", "due_on", "returned_on", "overdue",
        )  # fmt: skip

    def get_overdue(self, loan: Loan) -> bool:
        return loan.is_overdue_on(clock.today())
