"""Working hours and closed days that repeat, on django-scheduler's Event and Rule (DESIGN §3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base.models import Record
from people.models import Centre
from scheduling.models.resources import Resource


class RepeatingHours(Record):
    """Every second Saturday: a specialist works then or does not, the house is open or closed,
    beside what its week says. Single dates may be left out or moved.

    Like a series it runs in terms of a year at most, laid out ahead as far as anybody may book.
    """

    holds_personal_data = False

    class Kind(models.TextChoices):
        WORKS = "works", _("works")
        AWAY = "away", _("does not work")
        OPEN = "open", _("the house is open")
        CLOSED = "closed", _("the house is closed all day")

        @property
        def is_of_the_house(self) -> bool:
            return self in {self.OPEN, self.CLOSED}

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="repeating_hours")
    resource = models.ForeignKey(
        Resource, models.CASCADE, null=True, related_name="repeating_hours", help_text="who works"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=80, blank=True, help_text="why the house is closed")
    until_on = models.DateField(null=True, help_text="the last day; empty: until somebody ends it")
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "repeating hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["open", "closed"], resource=None)
                | Q(kind__in=["works", "away"], resource__isnull=False),
                name="hours_are_somebody_s_or_the_house_s",
            ),
            models.CheckConstraint(
                condition=~Q(kind="closed", name=""), name="closed_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"repeating hours {self.public_id}"


class HoursTerm(models.Model):
    """A stretch of repeating hours. An Occurrence of its event tells of a date that was moved or
    left out."""

    holds_personal_data = False

    hours = models.ForeignKey(RepeatingHours, models.CASCADE, related_name="terms")
    event = models.OneToOneField("schedule.Event", models.PROTECT, related_name="hours_term")

    class Meta:
        ordering = ["event__start", "id"]

    def __str__(self) -> str:
        return f"term of hours {self.pk}"
