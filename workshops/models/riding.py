"""Horses, who rides, and the board of an afternoon. Times are minutes; limits are D15's and D16's.

Who rides what when is not kept here: a ride is the child's booking, which holds the horse, who
leads it and who walks beside.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from base.models import Record
from people.models import Person
from scheduling.models import Resource
from workshops.models.groups import Session, Workshop

MOST_MINUTES_A_DAY = 6 * 60
MOST_DAYS_A_WEEK = 6
MOST_SIDE_WALKERS = 2


class Riding(models.Model):
    """Makes a workshop one in which each child rides for a part of the session, on a horse."""

    holds_personal_data = False

    workshop = models.OneToOneField(Workshop, models.CASCADE, related_name="riding")
    ride_minutes = models.PositiveSmallIntegerField(default=30)
    step_minutes = models.PositiveSmallIntegerField(default=10)
    turnaround_minutes = models.PositiveSmallIntegerField(
        default=5, help_text="between two riders of one horse"
    )
    arena_holds = models.PositiveSmallIntegerField(default=4, help_text="horses at once")
    instructor_sees = models.PositiveSmallIntegerField(default=4, help_text="riders at once")
    weighed_within_days = models.PositiveSmallIntegerField(default=180)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ride_minutes__gte=5,
                    ride_minutes__lte=120,
                    step_minutes__gte=5,
                    step_minutes__lte=60,
                    turnaround_minutes__lte=60,
                    arena_holds__gte=1,
                    instructor_sees__gte=1,
                    weighed_within_days__gte=1,
                ),
                name="riding_is_possible",
            )
        ]

    def __str__(self) -> str:
        return f"riding {self.workshop_id}"


class Horse(Record):
    """What a horse may do (D15). Its name and its centre are its resource's."""

    holds_personal_data = False

    resource = models.OneToOneField(Resource, models.PROTECT, related_name="horse")
    carries_kg = models.DecimalField(
        max_digits=4, decimal_places=1, help_text="the heaviest rider, that weight included"
    )
    most_minutes_a_day = models.PositiveSmallIntegerField(default=MOST_MINUTES_A_DAY)
    most_days_a_week = models.PositiveSmallIntegerField(default=MOST_DAYS_A_WEEK)
    most_minutes_on_end = models.PositiveSmallIntegerField(default=120)
    rest_minutes = models.PositiveSmallIntegerField(default=30)
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")

    class Meta:
        ordering = ["resource__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    most_minutes_a_day__gte=10,
                    most_minutes_a_day__lte=MOST_MINUTES_A_DAY,
                    most_days_a_week__gte=1,
                    most_days_a_week__lte=MOST_DAYS_A_WEEK,
                ),
                name="horse_works_six_hours_six_days",
            ),
            models.CheckConstraint(
                condition=Q(
                    most_minutes_on_end__gte=10,
                    most_minutes_on_end__lte=MOST_MINUTES_A_DAY,
                    rest_minutes__gte=5,
                    rest_minutes__lte=MOST_MINUTES_A_DAY,
                ),
                name="horse_rests",
            ),
            models.CheckConstraint(
                condition=Q(carries_kg__gte=10, carries_kg__lte=150), name="horse_carries_a_rider"
            ),
        ]

    def __str__(self) -> str:
        return f"horse {self.public_id}"

    @property
    def name(self) -> str:
        return self.resource.name


class Rider(models.Model):
    """How somebody rides (D16). Who has no row rides with one side-walker, on any horse."""

    holds_personal_data = True

    person = models.OneToOneField(Person, models.CASCADE, related_name="rider")
    side_walkers = models.PositiveSmallIntegerField(default=1)
    preferred_horse = models.ForeignKey(Horse, models.SET_NULL, null=True, related_name="+")
    avoids = models.ManyToManyField(Horse, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(side_walkers__lte=MOST_SIDE_WALKERS), name="two_walk_beside_at_most"
            )
        ]

    def __str__(self) -> str:
        return f"rider {self.person_id}"


class Weighing(Record):
    """What somebody weighed on a day."""

    holds_personal_data = True

    person = models.ForeignKey(Person, models.CASCADE, related_name="weighings")
    on = models.DateField()
    kg = models.DecimalField(max_digits=4, decimal_places=1)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kg__gte=5, kg__lte=200), name="weight_of_a_person")
        ]

    def __str__(self) -> str:
        return f"weighing {self.public_id}"


class Clearance(Record):
    """A doctor's word that somebody may ride, both days included; a year without an end (D16)."""

    holds_personal_data = True

    person = models.ForeignKey(Person, models.CASCADE, related_name="clearances")
    issued_on = models.DateField()
    expires_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True, help_text="from that day on it holds no more")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["issued_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("issued_on")),
                name="clearance_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return f"clearance {self.public_id}"


class Board(models.Model):
    """The lines of an afternoon as they are being worked on, until they are booked. Each is
    `{child, horse, starts_at, leader, side_walkers}` with public ids and minutes of the day."""

    holds_personal_data = True

    session = models.OneToOneField(Session, models.CASCADE, related_name="board")
    lines = models.JSONField(null=True, help_text="null: nothing differs from what is booked")
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"board {self.session_id}"
