"""Someone holds a resource for an interval: the agreement, and what it holds (DESIGN §3)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import TimestamptzRange

from base.models import Record
from people.models import Centre, Person
from scheduling.models.resources import Modality, Resource, Service

if TYPE_CHECKING:
    from scheduling.models.series import Series


class Booking(Record):
    """The agreement. Only services assign `status`, along `Status.moves`.

    What is `ongoing` (a stay, a loan) lasts until somebody says that it is over, however long its
    `ends_at` is past (D24).
    """

    holds_personal_data = True

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("consultation")
        BLOCK = "block", _("block")
        STAY = "stay", _("stay")
        LOAN = "loan", _("loan")
        SESSION = "session", _("group session")
        PLACE = "place", _("place in a group")

        @classmethod
        def of_hours(cls) -> tuple["Booking.Kind", ...]:
            """What diaries are made of; the others have pages of their own, for fewer readers."""
            return cls.CONSULTATION, cls.BLOCK, cls.SESSION, cls.PLACE

        @classmethod
        def with_lead(cls) -> tuple["Booking.Kind", ...]:
            """A specialist gives these."""
            return cls.CONSULTATION, cls.SESSION

        @classmethod
        def with_people(cls) -> tuple["Booking.Kind", ...]:
            """Somebody comes to these, and hears of them. Whoever comes to a session of a group
            has a place of her own, with a carer of her own."""
            return cls.CONSULTATION, cls.PLACE

    class Status(models.TextChoices):
        HELD = "held", _("held")
        CONFIRMED = "confirmed", _("confirmed")
        ONGOING = "ongoing", _("under way")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

        @property
        def moves(self) -> frozenset["Booking.Status"]:
            """Where a booking in this status may go."""
            status = Booking.Status
            return {
                status.HELD: frozenset(
                    {status.CONFIRMED, status.ONGOING, status.CANCELLED, status.EXPIRED}
                ),
                status.CONFIRMED: frozenset({status.CANCELLED, status.CLOSED, status.ONGOING}),
                status.ONGOING: frozenset({status.CLOSED}),
                status.CLOSED: frozenset({status.CLOSED}),
                status.CANCELLED: frozenset({status.CONFIRMED}),
            }.get(self, frozenset())

    class Party(models.TextChoices):
        CLIENT = "client", _("the family")
        CENTRE = "centre", _("the centre")

    class BlockReason(models.TextChoices):
        LEAVE = "leave", _("leave")
        MAINTENANCE = "maintenance", _("out of service")
        VET = "vet", _("the vet")
        FARRIER = "farrier", _("the farrier")
        OTHER = "other", _("other work")

        @classmethod
        def usual_choices(cls) -> list[tuple[str, Any]]:
            """Without what is for horses alone."""
            return [(one.value, one.label) for one in (cls.LEAVE, cls.MAINTENANCE, cls.OTHER)]

    kind = models.CharField(max_length=12, choices=Kind.choices)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="bookings", db_index=False)
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="bookings")
    modality = models.CharField(max_length=10, choices=Modality.choices, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices)
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")
    schedule_version = models.PositiveIntegerField(
        default=1, help_text="changes with time, place or recipient; keys reminders"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    hold_expires_at = models.DateTimeField(null=True)
    term = models.ForeignKey(
        "scheduling.Term", models.PROTECT, null=True, related_name="bookings", db_index=False
    )
    original_start = models.DateTimeField(
        null=True, help_text="the start its series gives it, wherever it was moved since"
    )
    carer = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="told about a child's hour"
    )
    without_papers = models.CharField(max_length=200, blank=True, help_text="the reason (D7)")
    block_reason = models.CharField(max_length=12, choices=BlockReason.choices, blank=True)
    cancelled_by = models.CharField(max_length=8, choices=Party.choices, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    just_held: Sequence[tuple[str, Resource]] = ()
    """What a booking written a moment ago holds, by part: nobody need read it again."""

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(
                fields=["hold_expires_at"], condition=Q(status="held"), name="holds_by_expiry"
            ),
            models.Index(fields=["ends_at"], condition=Q(status="ongoing"), name="ongoing_by_end"),
            models.Index(fields=["centre", "starts_at"], name="bookings_of_a_centre"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="booking_starts_before_it_ends"
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_expires_at__isnull=False),
                name="hold_says_when_it_expires",
            ),
            models.UniqueConstraint(
                fields=["term", "original_start"],
                condition=Q(term__isnull=False),
                name="one_booking_per_date_of_a_series",
            ),
            models.CheckConstraint(
                condition=Q(term=None, original_start=None)
                | Q(term__isnull=False, original_start__isnull=False),
                name="date_of_a_series_says_which",
            ),
        ]

    def __str__(self) -> str:
        return f"booking {self.public_id}"


class Participation(models.Model):
    """A person served in a booking, and what came of it (D9)."""

    holds_personal_data = True

    class Outcome(models.TextChoices):
        ATTENDED = "attended", _("attended")
        CANCELLED_EARLY = "cancelled_early", _("cancelled by the family in time")
        CANCELLED_LATE = "cancelled_late", _("cancelled by the family late")
        CANCELLED_BY_CENTRE = "cancelled_by_centre", _("cancelled by the centre")
        DID_NOT_ATTEND = "did_not_attend", _("did not attend")
        NOT_BROUGHT = "not_brought", _("was not brought")

    booking = models.ForeignKey(
        Booking, models.CASCADE, related_name="participations", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="participations")
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "person"], name="person_once_per_booking")
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"


class Int8Range(Func):
    """`int8range(n, n, '[]')`: equality of whole numbers as an overlap, so that the exclusion
    constraint needs no btree_gist."""

    function = "int8range"

    def __init__(self, field: str) -> None:
        super().__init__(F(field), F(field), Value("[]"))


class Int4Range(Int8Range):
    function = "int4range"


EVER = TimestamptzRange(datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC))


class Allocation(models.Model):
    """One resource held for one `[start, end)` by a booking, buffers and travel included.

    Written by scheduling.writing alone; the constraint has the last word over shells and
    imports too.
    """

    holds_personal_data = False

    class Part(models.TextChoices):
        LEAD = "lead", _("specialist")
        COLLEAGUE = "colleague", _("colleague")
        PERSON = "person", _("person")
        ROOM = "room", _("room")
        VEHICLE = "vehicle", _("car")
        UNIT = "unit", _("unit")
        RESIDENCE = "residence", _("resident")
        TOY = "toy", _("toy")
        HORSE = "horse", _("horse")
        HANDLER = "handler", _("who leads the horse")
        WALKER = "walker", _("who walks beside the rider")
        BLOCKED = "blocked", _("blocked")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="allocations")
    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="allocations", db_index=False
    )
    part = models.CharField(max_length=10, choices=Part.choices)
    lane = models.PositiveIntegerField(default=1)
    period = DateTimeRangeField()
    active = models.BooleanField(default=True)
    by_general_access = models.BooleanField(
        db_default=False, help_text="the person's part in a service that asks for no papers (D4)"
    )

    class Meta:
        indexes = [
            # It covers what calendars and free slots ask: no row of the table need be fetched.
            models.Index(
                F("resource"),
                Func(F("period"), function="lower"),
                include=["period", "lane", "active", "booking"],
                name="holdings_by_start",
            ),
            models.Index(
                F("resource"),
                Func(F("period"), function="lower"),
                condition=Q(active=True, by_general_access=True),
                name="general_access_by_start",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="resource_held_once",
                expressions=[
                    ("period", RangeOperators.OVERLAPS),
                    (Int8Range("resource"), RangeOperators.OVERLAPS),
                    (Int4Range("lane"), RangeOperators.OVERLAPS),
                ],
                condition=Q(active=True),
            ),
            # Empty and endless periods would slip through the exclusion, and `infinity` is a
            # bound like any other to PostgreSQL.
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__contained_by=EVER),
                name="period_is_finite",
            ),
            models.CheckConstraint(condition=Q(lane__gte=1), name="lane_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"allocation {self.pk}"


class Change(models.Model):
    """What was done to a booking, when and by whom; facts are ids and instants, never names.

    `by` is null for what the program did by itself, and for what the family did through its link:
    then the facts say so.
    """

    holds_personal_data = False
    LINK = "link"

    class What(models.TextChoices):
        BOOKED = "booked", _("booked")
        HELD = "held", _("held")
        CONFIRMED = "confirmed", _("confirmed")
        RESCHEDULED = "rescheduled", _("rescheduled")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")
        OUTCOME = "outcome", _("outcome recorded")
        BLOCKED = "blocked", _("blocked")
        BEGUN = "begun", _("checked in")
        ENDED = "ended", _("checked out")
        JOINED = "joined", _("a member came")
        PARTED = "parted", _("a member left")
        ABSENT = "absent", _("absence")
        EXTENDED = "extended", _("extended")
        MOVED = "moved", _("moved to another unit")
        RESTORED = "restored", _("restored")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="changes")
    what = models.CharField(max_length=12, choices=What.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    version = models.PositiveIntegerField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.what} {self.booking_id}"

    @property
    def is_by_family(self) -> bool:
        return bool(self.facts.get("through") == self.LINK)


class Feed(Record):
    """A private calendar address, of a resource, of a centre's hours or of a group's. The token
    itself is kept nowhere, only its SHA-256."""

    holds_personal_data = False

    class Detail(models.TextChoices):
        BUSY = "busy", _("busy only")
        DISCREET = "discreet", _("service initials")
        FULL = "full", _("service name")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")
    resource = models.ForeignKey(Resource, models.CASCADE, null=True, related_name="feeds")
    centre = models.ForeignKey(Centre, models.CASCADE, null=True, related_name="feeds")
    series = models.ForeignKey("scheduling.Series", models.CASCADE, null=True, related_name="feeds")
    detail = models.CharField(max_length=10, choices=Detail.choices, default=Detail.DISCREET)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "resource", "centre", "series"],
                nulls_distinct=False,
                name="one_address_for_each_calendar",
            ),
            models.CheckConstraint(
                condition=Q(resource=None, centre=None, series__isnull=False)
                | Q(resource=None, centre__isnull=False, series=None)
                | Q(resource__isnull=False, centre=None, series=None),
                name="feed_is_of_one_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"

    @property
    def of(self) -> "Resource | Centre | Series":
        """Whose calendar it is."""
        found = self.resource or self.centre or self.series
        assert found is not None
        return found
