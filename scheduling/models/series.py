"""What repeats: the plan of a series, on django-scheduler's Event and Rule (DESIGN §3)."""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from base.models import Record
from people.models import Centre, Person
from scheduling.models.bookings import Booking
from scheduling.models.resources import Modality, Resource, Service


class Series(Record):
    """The same hour for the same people, again and again; its dates are bookings.

    It runs in terms: each is one Event, of a year at most, so that no expansion grows with the
    age of the series. "This and following" ends a term and begins another. What is `open` goes on
    until somebody ends it, and its dates are booked as they come nearer.
    """

    holds_personal_data = True

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="series")
    service = models.ForeignKey(Service, models.PROTECT, related_name="series")
    people = models.ManyToManyField(Person, related_name="series")
    carer = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="told about a child's hour"
    )
    modality = models.CharField(max_length=10, choices=Modality.choices)
    least_workers = models.PositiveSmallIntegerField(default=1)
    with_car = models.BooleanField(default=False)
    without_papers = models.CharField(max_length=200, blank=True, help_text="the reason (D7)")
    is_open = models.BooleanField(default=False, help_text="goes on until somebody ends it")
    kind = models.CharField(
        max_length=12,
        choices=[(kind.value, kind.label) for kind in Booking.Kind.with_lead()],
        default=Booking.Kind.CONSULTATION,
        db_default=Booking.Kind.CONSULTATION.value,
    )
    least_seats = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="for how many, whoever they will be"
    )
    in_term_time = models.BooleanField(
        default=False, db_default=False, help_text="not on school vacations"
    )
    beside = models.ManyToManyField(
        Booking, related_name="+", help_text="hours that make up for one of its dates"
    )
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"series {self.public_id}"


class Term(Record):
    """A stretch of a series with one rule, one hour and one specialist.

    Each date of its event's rule has a booking, or an Occurrence that says it was left out: a
    moved, cancelled or skipped date has an Occurrence, the others have none.
    """

    holds_personal_data = False

    series = models.ForeignKey(Series, models.CASCADE, related_name="terms")
    event = models.OneToOneField("schedule.Event", models.PROTECT, related_name="term")
    lead = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    room = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="+")
    colleagues = models.ManyToManyField(Resource, related_name="+")

    is_undone = models.BooleanField(default=False, help_text="the change that made it was undone")

    helpers: Sequence[Resource] = ()
    """The colleagues of a term that was just made, or read by `terms_of`."""

    class Meta:
        ordering = ["event__start", "id"]

    def __str__(self) -> str:
        return f"term {self.public_id}"


class SeriesChange(models.Model):
    """What was done to a series, and how it stood before, so that it can be undone. Ids and
    instants only."""

    holds_personal_data = False

    class What(models.TextChoices):
        CREATED = "created", _("created")
        MOVED = "moved", _("one date moved")
        CANCELLED = "cancelled", _("one date cancelled")
        RESTORED = "restored", _("one date restored")
        SPLIT = "split", _("changed from a date on")
        ENDED = "ended", _("ended")
        EXTENDED = "extended", _("extended")
        ROLLED = "rolled", _("rolled forward")
        UNDONE = "undone", _("undone")

    series = models.ForeignKey(Series, models.CASCADE, related_name="changes")
    what = models.CharField(max_length=10, choices=What.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    before = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.what} {self.series_id}"
