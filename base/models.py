"""Tasks for staff, keys of repeated requests, and what every model here has in common."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Record(models.Model):
    """A row known outside by a UUID. Each model says whether it holds personal data (D39)."""

    holds_personal_data: ClassVar[bool]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Task(Record):
    """Something for staff to do, dated. It speaks of bookings and cases by id, never by name."""

    holds_personal_data = False

    class Kind(models.TextChoices):
        MISSING_PAPERS = "missing_papers", _("Complete the entry document")
        ASSESSMENT_DUE = "assessment_due", _("Assessment and plan are due")
        TWICE_NOT_BROUGHT = "twice_not_brought", _("Not brought twice in a row")
        SERIAL_RESCHEDULING = "serial_rescheduling", _("Rescheduled again and again")
        GENERAL_ACCESS_ENDS = "general_access_ends", _("General access is about to end")
        HOLD_EXPIRED = "hold_expired", _("A hold expired unconfirmed")
        KEPT_APART = "kept_apart", _("People who must not meet are due at one time: move one")
        ANOTHER_COLLEAGUE = "another_colleague", _("Another colleague must take this over")
        SERIES_DATE_SKIPPED = (
            "series_date_skipped",
            _("A date of a series could not be booked: find another hour"),
        )
        STAY_ENDS_60 = "stay_ends_60", _("A stay ends in two months: plan what comes after")
        STAY_ENDS_30 = "stay_ends_30", _("A stay ends in a month")
        STAY_ENDS_7 = "stay_ends_7", _("A stay ends in a week")
        STAY_OVERDUE = "stay_overdue", _("A stay is past its end: extend it or check out")
        STAY_ENDANGERED = "stay_endangered", _("A reserved unit is still occupied: find another")
        SMS_UNKNOWN = "sms_unknown", _("A text may not have left")
        SMS_SENDER = "sms_sender", _("The operator refuses our texts: tell the administrator")
        SMS_SUSPENDED = "sms_suspended", _("A number takes no texts: ask for another")
        SMS_REPLY = "sms_reply", _("Somebody answered a text: call her")
        SAFETY_DUE = "safety_due", _("Ask again whether texts are safe")
        CALL_ASKED = "call_asked", _("A family asks to be called")
        CANNOT_COME = "cannot_come", _("Somebody cannot come to an hour with others")
        UNREACHED = "unreached", _("Families could not be told by text: call them")
        PROPOSED_FOR_GROUP = "proposed_for_group", _("Somebody is proposed for a group: decide")
        BOARD_BROKEN = "board_broken", _("A booked riding board does not fit any more: look again")
        BOARD_UNBOOKED = (
            "board_unbooked",
            _("A riding board is not booked yet: no family knows its hour"),
        )
        CLEARANCE_ENDS = "clearance_ends", _("A medical clearance for riding runs out: renew it")

    centre = models.ForeignKey("people.Centre", models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=40, choices=Kind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    about = models.CharField(max_length=80, help_text="kind:uuid of what it is about")
    due_on = models.DateField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    mail_lease_until = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(done_at=None, mailed_at=None),
                name="tasks_to_mail",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"],
                condition=models.Q(done_at=None),
                name="one_open_task_per_matter",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.due_on})"


class IdempotencyKey(models.Model):
    """The answer already given to a POST, kept so that a repeat gets the same one."""

    holds_personal_data = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True, help_text="the body, as it was sent")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.pk}"
