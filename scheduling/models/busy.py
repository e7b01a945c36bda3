"""When specialists are busy elsewhere, by calendars that they bring in. Of what they do there
nothing is kept: no titles, places, people, texts or identities."""

from django.db import models
from django.db.models import F, Q

from scheduling.models.resources import Resource


class OuterCalendar(models.Model):
    """The file that was brought in last."""

    holds_personal_data = False

    resource = models.OneToOneField(Resource, models.CASCADE, related_name="outer_calendar")
    uploaded_at = models.DateTimeField()
    events = models.PositiveIntegerField(help_text="in the file, busy or not")
    until_on = models.DateField(help_text="the last day of which it tells")

    def __str__(self) -> str:
        return f"outer calendar {self.pk}"


class BusyTime(models.Model):
    """`[starts_at, ends_at)`. Those of one specialist never touch."""

    holds_personal_data = False

    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="busy_times", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["resource", "ends_at"], name="busy_times_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="busy_time_starts_before_it_ends"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%d.%m.%Y %H:%M}-{self.ends_at:%H:%M}"
