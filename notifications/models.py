"""What to tell whom and when (reminder), in a centre's own words (template), each attempt to tell
it (delivery), and by whom it leaves (sender)."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from base.models import Record
from notifications.calls import Call as Call  # a module of its own
from people import languages
from people.models import Centre, ContactCard, Person, User
from scheduling.models import Booking

LONGEST_TEXT = 200


class Reminder(Record):
    """One row per (booking, schedule version, kind, recipient), in the booking's transaction.

    `due_at` is inside the recipient's safe hours as known when it was planned; everything is
    checked again at sending (D32). A notice (of `Kind.notices`) may speak of several bookings: it
    stands at the first of them, and the reminders of all of them name it in `told_by`.
    """

    holds_personal_data = True

    class Kind(models.TextChoices):
        THREE_DAYS = "72h", _("three days before")
        ONE_DAY = "24h", _("one day before")
        MOVED = "moved", _("moved to another hour")
        CANCELLED = "off", _("cancelled by us")
        SERIES = "series", _("summary of a series")
        OFFER = "offer", _("a bed or a place is offered")
        PLACE = "place", _("a place has become free")
        CODE = "code", _("code to verify the number")

        @classmethod
        def ahead(cls) -> tuple["Reminder.Kind", ...]:
            """The two that come before the appointment (D31)."""
            return cls.THREE_DAYS, cls.ONE_DAY

        @classmethod
        def notices(cls) -> tuple["Reminder.Kind", ...]:
            """What tells of a change, perhaps of many dates at once."""
            return cls.MOVED, cls.CANCELLED, cls.SERIES

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNKNOWN = "unknown", _("unknown: it may have left")
        FAILED = "failed", _("did not get through")
        DROPPED = "dropped", _("dropped: the appointment changed")
        SILENT = "silent", _("not sent")
        HELD = "held", _("waits for a person to decide")

        @classmethod
        def heard(cls) -> tuple["Reminder.Status", ...]:
            """It has left, or may have."""
            return cls.SENDING, cls.SENT, cls.UNKNOWN

        @classmethod
        def open(cls) -> tuple["Reminder.Status", ...]:
            """What its operator may still have news of."""
            return cls.PLANNED, cls.SENDING, cls.SENT, cls.UNKNOWN, cls.HELD

    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, related_name="reminders", db_index=False
    )
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="reminders", db_index=False)
    schedule_version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    recipient = models.ForeignKey(Person, models.CASCADE, related_name="reminders")
    starts_at = models.DateTimeField(
        null=True, help_text="the hour it is about, in this schedule version"
    )
    knew_at = models.DateTimeField(
        null=True, help_text="the hour the recipient knows of as long as `told_by` has not left"
    )
    told_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="covered")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED)
    why = models.CharField(max_length=20, blank=True, help_text="code of why it was not sent")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "schedule_version", "kind", "recipient"],
                name="told_once_per_schedule",
            ),
            models.CheckConstraint(
                condition=Q(kind="code", booking=None) | ~Q(kind="code") & Q(booking__isnull=False),
                name="only_a_code_is_about_no_booking",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status="planned"),
                name="reminders_due_in_order",
            ),
            models.Index(
                fields=["centre", "status"],
                condition=Q(status__in=["sending", "unknown", "failed", "held"]),
                name="reminders_in_trouble",
            ),
        ]

    def __str__(self) -> str:
        return f"reminder {self.public_id}"


class Delivery(models.Model):
    """One attempt at a reminder. `attempt` is in the callback's address; the row is committed
    before the call, so a dead worker leaves a lease that runs out, not a second text.

    `to` and `fingerprint` say what to look for in the operator's list; both are forgotten when
    the text is redacted there.
    """

    holds_personal_data = True

    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="deliveries")
    attempt = models.UUIDField(unique=True)
    claimed_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    to = models.CharField(max_length=16, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="keyed hash of the text")
    sid = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=20, blank=True, help_text="the operator's word, or ours")
    error_code = models.PositiveIntegerField(null=True)
    parts = models.PositiveSmallIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(
        null=True, help_text="when to ask the operator about it; null: never again"
    )
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(lease_until__gt=F("claimed_at")), name="lease_ends_after_claim"
            ),
            models.UniqueConstraint(
                fields=["sid"], condition=~Q(sid=""), name="message_belongs_to_one_attempt"
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="deliveries_to_look_at"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(ended_at=None), name="deliveries_under_way"
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.attempt}"


class Verification(models.Model):
    """A code asked for, to be read back by whoever holds the telephone (D27)."""

    holds_personal_data = True

    reminder = models.OneToOneField(Reminder, models.CASCADE, related_name="verification")
    phone = models.CharField(max_length=16)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, help_text="read back, replaced, or tried too often")

    def __str__(self) -> str:
        return f"verification {self.pk}"


class Sender(models.Model):
    """Who the texts come from, as the operator knows it. All workers share one allowance: `credit`
    texts may leave at `counted_at`, on database time, and more as time goes by."""

    holds_personal_data = False

    name = models.CharField(max_length=60, unique=True)
    credit = models.FloatField(default=0)
    counted_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True, help_text="the operator asked for patience")
    trouble_code = models.PositiveIntegerField(null=True)
    trouble_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class AppointmentLink(models.Model):
    """The page of one appointment for whoever holds the phone: what she answered there.

    The token stands in one text and nowhere else; here is its SHA-256. The link follows its
    booking: the hour is read from there, and with the booking's end the link ends. An answer
    holds for the schedule version it was given to.
    """

    holds_personal_data = True

    token_hash = models.CharField(max_length=64, unique=True)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="links")
    recipient = models.ForeignKey(Person, models.CASCADE, related_name="+")
    schedule_version = models.PositiveIntegerField(help_text="of which the text told")
    wording = models.CharField(
        max_length=10, choices=ContactCard.Wording.choices, help_text="of the text it stood in"
    )
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    cannot_come_at = models.DateTimeField(null=True)
    answered_version = models.PositiveIntegerField(
        null=True, help_text="the schedule version that the later of the two is about"
    )
    please_call_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"link {self.pk}"

    @property
    def expires_at(self) -> datetime:
        return self.booking.ends_at


class WrongGuess(models.Model):
    """How many unknown tokens came from one address within an hour."""

    holds_personal_data = True

    address_hash = models.CharField(max_length=64, unique=True, help_text="keyed")
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "wrong guesses"

    def __str__(self) -> str:
        return f"guesses {self.pk}"


class Template(Record):
    """A centre's own text in place of ours; without `text` ours counts again. The row stays then,
    so that `version` never comes twice. What it may hold is checked by `editing` when it is written
    and by `voice` whenever it is sent."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="texts")
    kind = models.CharField(max_length=12)
    wording = models.CharField(max_length=10, choices=ContactCard.Wording.choices)
    language = models.CharField(max_length=5, choices=languages.choices)
    script = models.CharField(max_length=10, help_text="the letters it is written in")
    text = models.CharField(max_length=LONGEST_TEXT, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "kind", "wording", "language", "script"],
                name="one_text_of_a_centres_own",
            )
        ]

    def __str__(self) -> str:
        return f"text {self.pk}"
