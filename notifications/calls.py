"""That somebody called a family which no text could reach."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.models import Record
from people.models import Person
from scheduling.models import Booking


class Call(Record):
    """About one schedule of a booking: when the hour is moved, the family has to be told anew.
    `person` is whom the text would have been for, or the child that nobody is named for."""

    holds_personal_data = True

    class Result(models.TextChoices):
        REACHED = "reached", _("reached")
        NOT_REACHED = "not_reached", _("not reached")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="calls")
    schedule_version = models.PositiveIntegerField()
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    result = models.CharField(max_length=12, choices=Result.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "schedule_version", "person"],
                condition=Q(result="reached"),
                name="reached_once_per_schedule",
            )
        ]

    def __str__(self) -> str:
        return f"call {self.public_id}"
