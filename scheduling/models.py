"""Someone holds a resource for an interval: the tables behind that sentence (DESIGN §3)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import TimestamptzRange

from base.models import Record
from people.models import Centre, EntryBasis, Person, Weekday

LONGEST_HOLDING = timedelta(hours=30)
"""No allocation is longer: reads look this far back of their window. Longer blocks are held
day by day, so a three-week leave is one booking with 21 allocations."""

LONGEST_STAY = timedelta(days=190)
"""The same for what is held night after night: six calendar months and some days (D23). An
extension is an allocation of its own."""


class Modality(models.TextChoices):
    ON_SITE = "on_site", _("at the centre")
    PHONE = "phone", _("by phone")
    ONLINE = "online", _("online")
    FIELD = "field", _("home visit")


class Service(Record):
    """What a centre offers, with the defaults of its bookings. Durations are timedeltas."""

    holds_personal_data = False

    class Access(models.TextChoices):
        GENERAL = "general", _("general access, no papers")
        SPECIALISED = "specialised", _("needs an entry document")

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="services")
    code = models.SlugField()
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=6)
    duration = models.DurationField()
    buffer_after = models.DurationField(default=timedelta)
    travel = models.DurationField(default=timedelta(minutes=30), help_text="each way, in the field")
    minimum_notice = models.DurationField(
        default=timedelta,
        help_text="free hours are offered from then on; staff may still name a sooner one",
    )
    step = models.DurationField(help_text="offered starts fall on multiples of it past midnight")
    modalities = ArrayField(models.CharField(max_length=10, choices=Modality.choices))
    specialists = models.PositiveSmallIntegerField(default=1)
    needs_vehicle = models.BooleanField(default=False, help_text="in the field")
    access = models.CharField(max_length=12, choices=Access.choices)
    our_defaults = ArrayField(
        models.CharField(max_length=20),
        default=list,
        help_text="fields whose value is our judgement rather than a source's",
    )
    entry_bases = models.ManyToManyField(EntryBasis, blank=True, related_name="services")
    is_offered = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "code"], name="service_once_per_centre"),
            models.CheckConstraint(
                condition=Q(duration__gt=timedelta(0), duration__lte=timedelta(hours=12)),
                name="service_lasts_up_to_half_a_day",
            ),
            models.CheckConstraint(
                condition=Q(step__gte=timedelta(minutes=5)), name="service_steps_by_five_minutes"
            ),
            models.CheckConstraint(
                condition=Q(
                    buffer_after__gte=timedelta(0),
                    buffer_after__lte=timedelta(hours=4),
                    travel__gte=timedelta(0),
                    travel__lte=timedelta(hours=4),
                    minimum_notice__gte=timedelta(0),
                ),
                name="service_margins_are_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Resource(Record):
    """What one party holds at a time.

    `lanes` is how many independent bookings it bears at once, `seats` how many people fit.
    `revision` grows with every write that touches its allocations and keys ETags.
    """

    holds_personal_data = False

    class Kind(models.TextChoices):
        SPECIALIST = "specialist", _("specialist")
        PERSON = "person", _("person")
        ROOM = "room", _("room")
        VEHICLE = "vehicle", _("car")
        RESIDENCE = "residence", _("where a person sleeps")
        UNIT = "unit", _("unit")
        TOY = "toy", _("toy")

        @property
        def longest_holding(self) -> timedelta:
            """How long one allocation of such a resource may be."""
            nightly = {Resource.Kind.RESIDENCE, Resource.Kind.UNIT, Resource.Kind.TOY}
            return LONGEST_STAY if self in nightly else LONGEST_HOLDING

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120, blank=True, help_text="empty for a person served")
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="resources"
    )
    lanes = models.PositiveSmallIntegerField(default=1)
    seats = models.PositiveSmallIntegerField(default=1)
    services = models.ManyToManyField(
        Service, blank=True, related_name="resources", help_text="a skill, or what it suits"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="resource"
    )
    person = models.OneToOneField(
        Person, models.CASCADE, null=True, blank=True, related_name="resource"
    )
    resident = models.OneToOneField(
        Person, models.CASCADE, null=True, blank=True, related_name="residence"
    )
    calendar = models.ForeignKey(
        "schedule.Calendar", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(default=True)
    revision = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(lanes__gte=1), name="resource_has_a_lane"),
            models.CheckConstraint(
                condition=(
                    Q(kind="specialist", user__isnull=False, person=None, resident=None)
                    | Q(kind="person", person__isnull=False, user=None, resident=None)
                    | Q(kind="residence", resident__isnull=False, user=None, person=None)
                    | Q(
                        kind__in=["room", "vehicle", "unit", "toy"],
                        user=None,
                        person=None,
                        resident=None,
                        centre__isnull=False,
                    )
                ),
                name="resource_has_its_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_specialist(self) -> bool:
        return self.kind == Resource.Kind.SPECIALIST


class Availability(models.Model):
    """A weekly window in which a specialist works in a centre, between two dates (inclusive)."""

    holds_personal_data = False

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="availability")
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    ends = models.TimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "availability"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="work_starts_before_it_ends"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"


class AvailabilityException(models.Model):
    """One date on which a specialist works more (`available`) or not. No hours: the whole day."""

    holds_personal_data = False

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="exceptions")
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="+")
    on = models.DateField()
    available = models.BooleanField()
    starts = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts=None, ends=None, available=False) | Q(ends__gt=F("starts")),
                name="exception_has_hours_or_takes_the_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {'+' if self.available else '-'}"


class Closure(models.Model):
    """A one-off day on which a centre is closed, besides public holidays (D38)."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="closures")
    on = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "on"], name="closed_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class SetupStamp(models.Model):
    """One row. It changes with everything that is set up; the database itself sees to that."""

    holds_personal_data = False

    stamp = models.UUIDField()

    def __str__(self) -> str:
        return str(self.stamp)


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

        @classmethod
        def of_hours(cls) -> tuple["Booking.Kind", ...]:
            """What calendars and diaries are made of; the others have pages of their own, for
            fewer readers."""
            return cls.CONSULTATION, cls.BLOCK

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
            }.get(self, frozenset())

    class Party(models.TextChoices):
        CLIENT = "client", _("the family")
        CENTRE = "centre", _("the centre")

    class BlockReason(models.TextChoices):
        LEAVE = "leave", _("leave")
        MAINTENANCE = "maintenance", _("out of service")
        OTHER = "other", _("other work")

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
    """What was done to a booking, when and by whom; facts are ids and instants, never names."""

    holds_personal_data = False

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


class Feed(Record):
    """A private calendar address. The token itself is kept nowhere, only its SHA-256."""

    holds_personal_data = False

    class Detail(models.TextChoices):
        BUSY = "busy", _("busy only")
        DISCREET = "discreet", _("service initials")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="feeds")
    detail = models.CharField(max_length=10, choices=Detail.choices, default=Detail.DISCREET)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="one_private_feed_per_user")]

    def __str__(self) -> str:
        return f"feed {self.pk}"
