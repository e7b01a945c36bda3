"""Rooms for hours, units for nights, toys for days; and who stays where (D17-D26).

That a unit is free, held, occupied, being cleaned or out of service is written nowhere: it follows
from stays, occupancies and blocks.
"""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from base.models import Record, Task
from people.models import Centre, Household, Person
from rooms.nights import Nights
from scheduling.models import Booking, Resource

WARNINGS = {7: Task.Kind.STAY_ENDS_7, 30: Task.Kind.STAY_ENDS_30, 60: Task.Kind.STAY_ENDS_60}
"""What a stay is warned of, by days before its end (D23)."""


class Room(models.Model):
    """What a room offers besides seats; seats, skills and blocks live on its resource."""

    holds_personal_data = False

    class Feature(models.TextChoices):
        STEP_FREE = "step_free", _("no steps")
        SOUNDPROOF = "soundproof", _("soundproof")
        OBSERVATION = "observation", _("observation window")
        PLAY = "play", _("play corner")
        SENSORY = "sensory", _("sensory equipment")

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="room")
    floor = models.SmallIntegerField(default=0)
    features = ArrayField(models.CharField(max_length=12, choices=Feature.choices), default=list)

    class Meta:
        ordering = ["resource__name"]

    def __str__(self) -> str:
        return self.resource.name


class UnitKind(models.TextChoices):
    FAMILY = "family", _("Mother and Baby Unit")
    SINGLE = "single", _("Supervised housing")


class Need(models.TextChoices):
    """What a family may need of a unit, and a unit may offer."""

    GROUND_FLOOR = "ground_floor", _("ground floor")
    OWN_BATHROOM = "own_bathroom", _("own bathroom")
    PREGNANCY = "pregnancy", _("suits pregnancy")
    DISABILITY = "disability", _("suits disability")


class Building(Record):
    """Where units are. Its address is for shelter staff alone (D39)."""

    holds_personal_data = True

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="buildings")
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A family unit, or a single place of supervised housing: what a household takes (D17).

    Name, centre and blocks live on its resource; cots move, so they are counted by CotMove.
    """

    holds_personal_data = False

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="unit")
    building = models.ForeignKey(Building, models.PROTECT, related_name="units")
    kind = models.CharField(max_length=8, choices=UnitKind.choices, default=UnitKind.FAMILY)
    beds = models.PositiveSmallIntegerField()
    features = ArrayField(models.CharField(max_length=12, choices=Need.choices), default=list)

    class Meta:
        ordering = ["resource__name"]
        constraints = [models.CheckConstraint(condition=Q(beds__gte=1), name="unit_has_a_bed")]

    def __str__(self) -> str:
        return self.resource.name


class CotMove(models.Model):
    """Cots brought to a unit, taken from one, or both, from a night on (D17)."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="+")
    taken_from = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="cots_taken"
    )
    brought_to = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="cots_brought"
    )
    count = models.PositiveSmallIntegerField(default=1)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=1)
                & (Q(taken_from__isnull=False) | Q(brought_to__isnull=False)),
                name="cots_come_or_go",
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} ({self.on})"


class OfficialPlaces(models.Model):
    """Places a centre is licensed for, by kind of unit, from a date on (D18): for the family
    kind, pairs of mother and child. Apart from the units that stand there."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="official_places")
    kind = models.CharField(max_length=8, choices=UnitKind.choices)
    places = models.PositiveSmallIntegerField()
    from_on = models.DateField()

    class Meta:
        verbose_name_plural = "official places"
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "kind", "from_on"], name="official_places_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.places} ({self.from_on})"


class Stay(Record):
    """A household's nights, from the first call to the last morning. Only services assign
    `status`, along `Status.moves`; what is held stands in `booking`.

    While requested it is an entry of the waiting list (D26), and holds nothing.
    """

    holds_personal_data = True

    class Status(models.TextChoices):
        REQUESTED = "requested", _("waiting")
        HELD = "held", _("held")
        IN_HOUSE = "in_house", _("in house")
        LEFT = "left", _("left")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DID_NOT_COME = "did_not_come", _("did not come")

        @property
        def moves(self) -> frozenset["Stay.Status"]:
            """Where a stay in this status may go; a hold that expires waits again."""
            status = Stay.Status
            return {
                status.REQUESTED: frozenset({status.HELD, status.REFUSED, status.WITHDRAWN}),
                status.HELD: frozenset(
                    {
                        status.IN_HOUSE,
                        status.REQUESTED,
                        status.REFUSED,
                        status.WITHDRAWN,
                        status.DID_NOT_COME,
                    }
                ),
                status.IN_HOUSE: frozenset({status.LEFT}),
            }.get(self, frozenset())

    class Refusal(models.TextChoices):
        NO_PLACE = "no_place", _("turned away for lack of place")
        UNSUITABLE = "unsuitable", _("another service suits better")
        FAMILY_DECLINED = "family_declined", _("the family did not accept")
        OTHER = "other", _("another reason")

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="stays")
    kind = models.CharField(max_length=8, choices=UnitKind.choices, default=UnitKind.FAMILY)
    status = models.CharField(max_length=12, choices=Status.choices)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="stays")
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="stay")
    lapsed = models.ManyToManyField(Booking, related_name="+", help_text="holds that ran out")
    adults = models.PositiveSmallIntegerField(default=1)
    ages = ArrayField(models.PositiveSmallIntegerField(), default=list, help_text="of the children")
    needs = ArrayField(models.CharField(max_length=12, choices=Need.choices), default=list)
    from_on = models.DateField()
    to_on = models.DateField(help_text="the day of leaving, not a night (D40)")
    in_danger = models.BooleanField(default=False, help_text="safety first on the list (D26)")
    reason = models.CharField(max_length=200, blank=True, help_text="no name, no telephone")
    version = models.PositiveIntegerField(default=1)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    refusal = models.CharField(max_length=16, choices=Refusal.choices, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["from_on", "id"]
        indexes = [
            models.Index(
                fields=["centre"],
                condition=Q(status__in=["requested", "held", "in_house"]),
                name="stays_that_go_on",
            ),
            models.Index(fields=["centre", "status", "closed_at"], name="stays_by_ending"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(status__in=["requested", "held"]),
                name="one_open_request_per_household",
            ),
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")), name="stay_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["held", "in_house", "left"]) | Q(booking__isnull=False),
                name="stay_in_a_unit_has_a_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"stay {self.public_id}"

    @property
    def nights(self) -> Nights:
        return Nights(self.from_on, self.to_on)


class Member(Record):
    """A person in a stay, with her own coming and leaving: `[joined_on, left_on)` in nights, open
    while she is here. Before the admission it only says who is expected."""

    holds_personal_data = True

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(joined_on__isnull=False, left_on=None),
                name="person_in_one_house_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def is_present(self) -> bool:
        return self.joined_on is not None and self.left_on is None


class Absence(models.Model):
    """A member away for some nights; the unit stays theirs (D25)."""

    holds_personal_data = True

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", _("in hospital")
        HOME_LEAVE = "home_leave", _("on home leave")

    member = models.ForeignKey(Member, models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at=None), name="away_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class Occupancy(models.Model):
    """Who is in a unit, from the keys handed over to the unit cleaned again.

    One row at a time that is not `ready`: so a unit is occupied or being cleaned, never both, and
    an overdue family is never written over (D20, D24).
    """

    holds_personal_data = True

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="occupancies")
    stay = models.ForeignKey(Stay, models.PROTECT, related_name="occupancies")
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["began_at", "id"]
        indexes = [models.Index(fields=["unit", "ended_at"], name="occupancies_by_end")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(ready_at=None), name="unit_occupied_or_cleaned_once"
            ),
            models.UniqueConstraint(
                fields=["stay"], condition=Q(ended_at=None), name="stay_in_one_unit_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")) | Q(ended_at=None),
                name="occupancy_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(ready_at=None) | Q(ready_at__gte=F("ended_at")),
                name="only_the_left_is_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"occupancy {self.pk}"


class Extension(models.Model):
    """By what document a manager let a stay last longer (D23)."""

    holds_personal_data = True

    stay = models.ForeignKey(Stay, models.CASCADE, related_name="extensions")
    was_until = models.DateField()
    until = models.DateField()
    document_number = models.CharField(max_length=60)
    document_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"extension {self.pk}"


class Loan(Record):
    """A toy in a family's hands for some days (Библиотека на играчките)."""

    holds_personal_data = True

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="loan")
    person = models.ForeignKey(Person, models.PROTECT, related_name="loans")
    toy = models.ForeignKey(Resource, models.PROTECT, related_name="loans")
    lent_on = models.DateField()
    due_on = models.DateField()
    returned_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["toy"], condition=Q(returned_on=None), name="toy_lent_once"
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("lent_on")), name="loan_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"loan {self.pk}"

    def is_overdue_on(self, day: date) -> bool:
        return self.returned_on is None and self.due_on < day
