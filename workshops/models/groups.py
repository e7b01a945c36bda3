"""Workshops, groups that repeat, who has a place in them and who waits. Facts about one row only.

A session of a group holds its leaders and its room; every child that comes holds a booking of its
own for that hour, so that each has a carer of its own to be told, and an outcome of its own.
"""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base.models import Record
from people.models import Centre, Person
from scheduling.models import Booking, Series, Service

OFFER_LASTS = timedelta(hours=48)
OLDEST = 120


class Audience(models.TextChoices):
    """For whom a workshop is; many-to-many (D13)."""

    INTELLECTUAL_DISABILITY = (
        "intellectual_disability",
        _("children with an intellectual disability"),
    )
    WITHOUT_PARENTAL_CARE = "without_parental_care", _("children without parental care")
    FAMILY_TYPE_CENTRE = "family_type_centre", _("children from a family-type centre")
    FUTURE_PARENTS = "future_parents", _("pregnant women and young mothers")
    FOSTER_PARENTS = "foster_parents", _("foster parents and candidates")
    ADOPTIVE_PARENTS = "adoptive_parents", _("adoptive parents and candidates")


class Belonging(Record):
    """Between two dates (both inclusive, open when null) a person is one of an audience."""

    holds_personal_data = True

    person = models.ForeignKey(Person, models.CASCADE, related_name="belongings")
    audience = models.CharField(max_length=30, choices=Audience.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "audience"],
                condition=Q(until_on=None),
                name="one_open_belonging_per_audience",
            )
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.person_id}"


class Workshop(Record):
    """What groups are formed for. Its name, length and buffer are its service's."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="workshops")
    service = models.OneToOneField(Service, models.PROTECT, related_name="workshop")
    audiences = ArrayField(
        models.CharField(max_length=30, choices=Audience.choices),
        default=list,
        blank=True,
        help_text="empty: open to everybody",
    )
    least_age = models.PositiveSmallIntegerField(null=True, blank=True)
    most_age = models.PositiveSmallIntegerField(null=True, blank=True)
    doubtful_age = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="“over 11” may mean 11 or 12: warned at, not refused (D13)"
    )
    capacity = models.PositiveSmallIntegerField(help_text="places in a new group (D14)")
    least_adults = models.PositiveSmallIntegerField(default=2, help_text="D14")
    offer_lasts = models.DurationField(default=OFFER_LASTS)
    is_offered = models.BooleanField(default=True)
    is_public = models.BooleanField(
        default=False,
        db_default=False,
        help_text="whoever has its address reads when its groups meet, and nothing else",
    )
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="guards stale edits")

    class Meta:
        ordering = ["service__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1, least_adults__gte=1), name="workshop_has_places"
            ),
            models.CheckConstraint(
                condition=Q(least_age=None) | Q(most_age=None) | Q(most_age__gte=F("least_age")),
                name="workshop_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(offer_lasts__gte=timedelta(hours=1), offer_lasts__lte=timedelta(30)),
                name="offer_lasts_hours_or_days",
            ),
        ]

    def __str__(self) -> str:
        return f"workshop {self.public_id}"

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def is_ridden(self) -> bool:
        """Whether each child rides for a part of the session, instead of sitting in the whole."""
        return hasattr(self, "riding")

    def is_for_age(self, age: int | None) -> bool:
        """Whether somebody of that age, in whole years, may come; an unknown age is not judged."""
        if age is None:
            return True
        return (self.least_age or 0) <= age <= (OLDEST if self.most_age is None else self.most_age)

    def is_doubtful(self, age: int | None) -> bool:
        """Whether the rule is ambiguous at that age (D13)."""
        return age is not None and age == self.doubtful_age


class Group(Record):
    """A workshop's timetable for a term: a series with its leader, second adult and room."""

    holds_personal_data = False

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="groups")
    series = models.OneToOneField(Series, models.PROTECT, related_name="group")
    name = models.CharField(max_length=60)
    capacity = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1), name="group_has_a_place")
        ]

    def __str__(self) -> str:
        return f"group {self.public_id}"


class Session(Record):
    """One hour of a group: an occurrence of its series, or one that makes up for another."""

    holds_personal_data = False

    group = models.ForeignKey(Group, models.CASCADE, related_name="sessions")
    booking = models.OneToOneField(Booking, models.PROTECT, related_name="session")
    makes_up_for = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="made_up_by"
    )

    class Meta:
        ordering = ["booking__starts_at", "id"]

    def __str__(self) -> str:
        return f"session {self.public_id}"


class Enrolment(Record):
    """A person's place in a group from date to date, or her turn on its waiting list.

    Only services assign `status`, along `Status.moves`.
    """

    holds_personal_data = True

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("a place is offered")
        ENROLLED = "enrolled", _("enrolled")
        WITHDRAWN = "withdrawn", pgettext_lazy("an enrolment", "withdrawn")
        DECLINED = "declined", _("not accepted")
        LAPSED = "lapsed", _("the offer was not taken")

        @property
        def moves(self) -> frozenset["Enrolment.Status"]:
            status = Enrolment.Status
            return {
                status.PROPOSED: frozenset(
                    {status.ENROLLED, status.OFFERED, status.DECLINED, status.WITHDRAWN}
                ),
                status.WAITING: frozenset(
                    {
                        status.OFFERED,
                        status.PROPOSED,
                        status.DECLINED,
                        status.WITHDRAWN,
                        status.LAPSED,
                    }
                ),
                status.OFFERED: frozenset(
                    {status.ENROLLED, status.LAPSED, status.WITHDRAWN, status.WAITING}
                ),
                status.ENROLLED: frozenset({status.WITHDRAWN, status.WAITING}),
            }.get(self, frozenset())

        @classmethod
        def with_place(cls) -> tuple["Enrolment.Status", ...]:
            """They take a place on every date of theirs."""
            return cls.PROPOSED, cls.OFFERED, cls.ENROLLED

        @classmethod
        def live(cls) -> tuple["Enrolment.Status", ...]:
            return cls.PROPOSED, cls.WAITING, cls.OFFERED, cls.ENROLLED

    group = models.ForeignKey(Group, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    status = models.CharField(max_length=10, choices=Status.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="the last day; null: until the group ends")
    is_trial = models.BooleanField(default=False)
    is_one_to_one = models.BooleanField(default=False, help_text="adds an adult (D14)")
    siblings = models.UUIDField(null=True, help_text="who wait for places together")
    carer = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="who is told, and consented"
    )
    consent_on = models.DateField()
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="who took it"
    )
    without_papers = models.CharField(max_length=200, blank=True, help_text="the reason (D7)")
    accepted_at = models.DateTimeField(null=True, help_text="by who leads the group")
    queued_at = models.DateTimeField(null=True, help_text="since when it waited, if it ever did")
    returned_at = models.DateTimeField(
        null=True, help_text="came back from a pause to a full group: waits before the others"
    )
    offer_expires_at = models.DateTimeField(null=True)
    offered_session = models.ForeignKey(
        Session, models.SET_NULL, null=True, related_name="+", help_text="held until then"
    )
    skip_reason = models.CharField(
        max_length=200, blank=True, help_text="passed over until cleared"
    )
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["offer_expires_at"],
                condition=Q(status="offered"),
                name="offers_by_expiry",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="enrolment_begins_before_it_ends",
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_expires_at__isnull=False),
                name="offer_says_when_it_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"enrolment {self.public_id}"

    def covers(self, day: date) -> bool:
        """Whether the day is one of its dates, pauses aside."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


class Pause(Record):
    """Dates, both inclusive, on which somebody enrolled does not come. One without an end gives
    the place up; one with an end keeps it for afterwards."""

    holds_personal_data = False

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="pauses")
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="pause_begins_before_it_ends",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_on}-{self.until_on or ''}"

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


class Seat(models.Model):
    """Somebody's part in one session: a booking of her own, and why she has no place if so."""

    holds_personal_data = True

    class Why(models.TextChoices):
        """Why nobody sits there, where the program took the seat away or could not give it."""

        ABSENT = "absent", _("not on that date")
        OFF = "off", _("the session is cancelled")
        AGE = "age", _("not of the right age on that date")
        ELSEWHERE = "elsewhere", _("cannot come at that hour")
        NO_RIDE = "no_ride", _("no ride that day")

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="seats")
    session = models.ForeignKey(Session, models.CASCADE, related_name="seats")
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="seat")
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "session"], name="one_seat_in_each_session"
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False) | ~Q(why=""), name="empty_seat_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk}"


class Step(models.Model):
    """What was done to an enrolment, when and by whom (null: the program). Facts are dates and
    reasons, never names."""

    holds_personal_data = False

    class What(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        ENROLLED = "enrolled", _("enrolled")
        QUEUED = "queued", _("put on the waiting list")
        ACCEPTED = "accepted", _("accepted by the leader")
        DECLINED = "declined", _("not accepted")
        OFFERED = "offered", _("a place was offered")
        TAKEN = "taken", _("the family said yes")
        REFUSED = "refused", _("the family said no")
        LAPSED = "lapsed", _("no answer: the offer passed on")
        SKIPPED = "skipped", _("passed over")
        UNSKIPPED = "unskipped", _("no longer passed over")
        WITHDRAWN = "withdrawn", pgettext_lazy("an enrolment", "withdrawn")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("came back")
        PASSED = "passed", _("passed by: too few places free on those dates")
        RETURNED = "returned", _("came back to a full group: waits first")

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=10, choices=What.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.what} {self.enrolment_id}"
