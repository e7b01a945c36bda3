"""What a centre has set up: its services, whom and what they need, and when those may be used."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

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
        OPEN = "open", _("open to everybody, no papers and no end")

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
    family_may_move = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The family may choose another free hour through the link in its text."),
    )
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
        HORSE = "horse", _("horse")
        VOLUNTEER = "volunteer", _("volunteer")

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
                        kind__in=["room", "vehicle", "unit", "toy", "horse", "volunteer"],
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


class SchoolVacation(models.Model):
    """Days between two dates, both inclusive, on which children have no school (D38): what is
    held in term time skips them by this name."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="school_vacations")
    name = models.CharField(max_length=80)
    from_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on"), until_on__lt=F("from_on") + 100),
                name="vacation_is_some_weeks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_on}-{self.until_on} {self.name}"


class SetupStamp(models.Model):
    """One row. It changes with everything that is set up; the database itself sees to that."""

    holds_personal_data = False

    stamp = models.UUIDField()

    def __str__(self) -> str:
        return str(self.stamp)
