"""Who is served, by whom, and what must be known to keep them safe. Facts about one row only."""

from datetime import date, time

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from simple_history.models import HistoricalRecords

from base.models import Record
from people import languages

SAFETY_HOLDS_FOR_DAYS = 90  # D27: "safe to text" is asked again after this
ADULT_AGE = 18


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Centre(Record):
    """One complex of social services. Its people are seen by nobody else."""

    holds_personal_data = False

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    municipality = models.CharField(max_length=80)
    phone = PhoneNumberField()
    public_name = models.CharField(
        max_length=30,
        blank=True,
        help_text=_("What a full text may call us (D29). It reveals nothing."),
    )
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """A weekly window of wall-clock time in which a centre's doors are open."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")),
                name="centre_opens_before_it_closes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Capacity(models.Model):
    """Official places from a date on; the last row before a date is in force."""

    holds_personal_data = False

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="capacities")
    places = models.PositiveSmallIntegerField()
    from_on = models.DateField()

    class Meta:
        verbose_name_plural = "capacities"
        constraints = [
            models.UniqueConstraint(fields=["centre", "from_on"], name="one_capacity_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.places} ({self.from_on})"


class User(AbstractUser):
    """A member of staff. A superuser only installs: without a role she sees no one."""

    holds_personal_data = True

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Role(models.Model):
    """What a user does in a centre, between two dates (both inclusive, open when null)."""

    holds_personal_data = False

    class Name(models.TextChoices):
        PSYCHOLOGIST = "psychologist", _("Specialist")
        COORDINATOR = "coordinator", _("Coordinator")
        SHELTER = "shelter", _("Shelter worker")
        LEADER = "leader", _("Workshop leader")
        MANAGER = "manager", _("Manager")
        DATA_OFFICER = "data-officer", _("Data officer")

    user = models.ForeignKey(User, models.CASCADE, related_name="roles")
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=20, choices=Name.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "centre", "name", "from_on"], name="one_role_from_a_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}, {self.centre_id}"


class Household(Record):
    """A family, or a person alone: whoever a case and a wall are about."""

    holds_personal_data = True

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="households")
    name = models.CharField(max_length=120)
    is_discreet = models.BooleanField(
        db_default=False,
        default=False,
        help_text="was ever sheltered: found only by who shelters or works with it",
    )

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["centre"], condition=models.Q(is_discreet=True), name="discreet_families"
            )
        ]

    def __str__(self) -> str:
        return f"household {self.pk}"


class Person(Record):
    """Someone the centre serves."""

    holds_personal_data = True

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="people")
    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    birth_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "people"
        ordering = ["given_name", "family_name", "id"]

    def __str__(self) -> str:
        # Ids only: this ends up in logs and tracebacks.
        return f"person {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: date) -> int | None:
        if self.birth_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_on.month, self.birth_on.day)
        return day.year - self.birth_on.year - (not had_birthday)

    def is_child_on(self, day: date) -> bool:
        """Whether under 18; an unknown birth date is read as an adult's."""
        age = self.age_on(day)
        return age is not None and age < ADULT_AGE


class Carer(Record):
    """An adult who cares for a child and may be told about its appointments."""

    holds_personal_data = True

    class Relation(models.TextChoices):
        MOTHER = "mother", _("mother")
        FATHER = "father", _("father")
        RELATIVE = "relative", _("relative")
        FOSTER = "foster", _("foster parent")
        GUARDIAN = "guardian", _("guardian")

    child = models.ForeignKey(Person, models.CASCADE, related_name="carers")
    adult = models.ForeignKey(Person, models.CASCADE, related_name="wards")
    relation = models.CharField(max_length=20, choices=Relation.choices)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "adult"], name="carer_once_per_child"),
            models.CheckConstraint(
                condition=~models.Q(child=models.F("adult")), name="nobody_is_own_carer"
            ),
        ]

    def __str__(self) -> str:
        return f"carer {self.adult_id} of {self.child_id}"


class NoContact(Record):
    """Two people who must never be at one site at overlapping times (D11)."""

    holds_personal_data = True

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    since_on = models.DateField()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "no-contact pairs"
        constraints = [
            models.UniqueConstraint(
                Least("one", "other"), Greatest("one", "other"), name="pair_kept_apart_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(one=models.F("other")), name="pair_is_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"no contact {self.pk}"


class KinshipWall(Record):
    """A colleague who is kin to a family: she is denied it, not shown it masked (D12)."""

    holds_personal_data = True

    user = models.ForeignKey(User, models.CASCADE, related_name="walls")
    household = models.ForeignKey(Household, models.CASCADE, related_name="walls")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "household"], name="one_wall_per_family")
        ]

    def __str__(self) -> str:
        return f"wall {self.pk}"


class Silence(models.TextChoices):
    """Why nothing is sent to a person: the first that applies, default deny (D27)."""

    NO_CARD = "no_card", _("there is no contact card")
    NO_PHONE = "no_phone", _("there is no phone on the card")
    OPTED_OUT = "opted_out", _("she asked for no messages")
    NO_CONSENT = "no_consent", _("consent is not recorded")
    NOT_VERIFIED = "not_verified", _("the number is not verified")
    SUSPENDED = "suspended", _("the number is suspended after an error")
    NOT_SAFE = "not_safe", _("it is not marked safe to text")
    SAFETY_STALE = "safety_stale", _("safety was last asked more than 90 days ago")


class ContactCard(Record):
    """How, when and whether a person may be texted (D27-D30)."""

    holds_personal_data = True

    class Wording(models.TextChoices):
        DISCREET = "discreet", _("discreet: date and time only")
        PLAIN = "plain", _("plain: adds “appointment”")
        FULL = "full", _("full: adds the centre's public name")

    class Script(models.TextChoices):
        CYRILLIC = "cyrillic", _("Cyrillic")
        LATIN = "latin", _("Latin")

    person = models.OneToOneField(Person, models.CASCADE, related_name="contact_card")
    phone = PhoneNumberField(blank=True)
    consent_on = models.DateField(null=True, blank=True)
    consent_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", help_text="who took it"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    safe_to_text = models.BooleanField(default=False)
    safety_asked_on = models.DateField(null=True, blank=True)
    safe_from = models.TimeField(default=time(9))
    safe_until = models.TimeField(default=time(20))
    wording = models.CharField(max_length=10, choices=Wording.choices, default=Wording.DISCREET)
    language = models.CharField(
        max_length=5, choices=languages.choices, default=languages.BULGARIAN
    )
    script = models.CharField(max_length=10, choices=Script.choices, default=Script.CYRILLIC)
    allows_link = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("A link in a text can be opened by whoever holds the phone."),
    )
    opted_out_on = models.DateField(null=True, blank=True)
    suspended_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(safe_until__gt=models.F("safe_from")),
                name="safe_window_opens_before_it_closes",
            )
        ]

    def __str__(self) -> str:
        return f"contact card {self.pk}"

    def silence_on(self, day: date) -> Silence | None:
        """Why this card allows no text on `day`; None when it allows one."""
        asked = self.safety_asked_on
        findings = [
            (not self.phone, Silence.NO_PHONE),
            (self.opted_out_on is not None, Silence.OPTED_OUT),
            (self.consent_on is None or self.consent_on > day, Silence.NO_CONSENT),
            (self.verified_at is None, Silence.NOT_VERIFIED),
            (self.suspended_on is not None, Silence.SUSPENDED),
            (not self.safe_to_text, Silence.NOT_SAFE),
            (asked is None or (day - asked).days > SAFETY_HOLDS_FOR_DAYS, Silence.SAFETY_STALE),
        ]
        return next((reason for applies, reason in findings if applies), None)


class Case(Record):
    """The centre's work with one household, from opening to closing (D5, D6)."""

    holds_personal_data = True

    number = models.CharField(max_length=40)
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="cases")
    household = models.ForeignKey(Household, models.PROTECT, related_name="cases")
    lead = models.ForeignKey(User, models.PROTECT, related_name="cases")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    at_risk = models.BooleanField(default=False, help_text=_("Home visits need two workers (D3)."))
    plan_due_on = models.DateField(help_text=_("Assessment and plan (D6)."))
    planned_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-opened_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="case_number_once_per_centre")
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    def is_overdue_on(self, day: date) -> bool:
        return self.planned_on is None and self.closed_on is None and self.plan_due_on < day


class EntryBasis(Record):
    """The document by which a household is entitled to services, and for how long (D4, D5)."""

    holds_personal_data = True

    class Route(models.TextChoices):
        REFERRAL = "referral", _("referral of the Child Protection Department")
        ORDER = "order", _("order of the Child Protection Department")
        INSTITUTION = "institution", _("application with referral by an institution")
        REQUEST = "request", _("request of the parent or guardian")

    case = models.ForeignKey(Case, models.CASCADE, related_name="entry_bases")
    route = models.CharField(max_length=20, choices=Route.choices)
    document_number = models.CharField(max_length=60)
    document_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "entry bases"
        ordering = ["-valid_from", "id"]

    def __str__(self) -> str:
        return f"entry basis {self.pk}"


class AccessRecord(models.Model):
    """That somebody read a person's or case's data (D39). Read by the data officer."""

    holds_personal_data = True

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    what = models.CharField(max_length=20)
    subject = models.UUIDField(help_text="public id of what was read")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["centre", "-at"], name="reads_of_a_centre")]

    def __str__(self) -> str:
        return f"read {self.pk}"
