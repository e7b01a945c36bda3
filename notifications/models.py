"""What to tell whom and when (reminder), and each attempt to tell it (delivery)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from base.models import Record
from people.models import Person
from scheduling.models import Booking


class Reminder(Record):
    """One row per (booking, schedule version, kind, recipient), in the booking's transaction.

    `due_at` is inside the recipient's safe hours as known when it was planned; everything is
    checked again at sending (D32).
    """

    holds_personal_data = True

    class Kind(models.TextChoices):
        THREE_DAYS = "72h", _("three days before")
        ONE_DAY = "24h", _("one day before")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("unknown: it may have left")
        FAILED = "failed", _("refused by the operator")
        DROPPED = "dropped", _("dropped: the appointment changed")
        SILENT = "silent", _("not sent")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="reminders", db_index=False)
    schedule_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    recipient = models.ForeignKey(Person, models.CASCADE, related_name="reminders")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED)
    why = models.CharField(max_length=20, blank=True, help_text="code of why it was not sent")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "schedule_version", "kind", "recipient"],
                name="told_once_per_schedule",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="planned"), name="reminders_due")
        ]

    def __str__(self) -> str:
        return f"reminder {self.public_id}"


class Delivery(models.Model):
    """One attempt at a reminder. `attempt` is in the callback's address; the row is committed
    before the call, so a dead worker leaves a lease that runs out, not a second text."""

    holds_personal_data = False

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="deliveries")
    attempt = models.UUIDField(unique=True)
    claimed_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    sid = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True, help_text="the operator's word")
    error_code = models.PositiveIntegerField(null=True)
    parts = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_until__gt=F("claimed_at")), name="lease_ends_after_claim"
            )
        ]

    def __str__(self) -> str:
        return f"delivery {self.attempt}"
