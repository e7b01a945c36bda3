"""Who helps beside the leaders: volunteers, and colleagues with skills of that kind."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from base.models import Record
from people.models import Centre
from scheduling.models import Resource

LONGEST_HELP = 12 * 60


class Skill(models.TextChoices):
    """The first two are asked for by the horses' board (D16)."""

    LEADS_HORSES = "leads_horses", _("leads a horse")
    WALKS_BESIDE = "walks_beside", _("walks beside a rider")
    ART = "art", _("art and crafts")
    MUSIC = "music", _("music")
    SPORT = "sport", _("sport and games")
    LEARNING = "learning", _("help with learning")
    LANGUAGES = "languages", _("interprets")
    DRIVES = "drives", _("drives")


class Helper(Record):
    """A volunteer or a colleague who helps in workshops; held like anybody else, so never in two
    places. A volunteer has no log-in, and so no way to anything about families."""

    holds_personal_data = True

    resource = models.OneToOneField(Resource, models.PROTECT, related_name="helper")
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="helpers")
    skills = ArrayField(models.CharField(max_length=20, choices=Skill.choices), default=list)
    phone = PhoneNumberField(blank=True, help_text="of a volunteer")
    most_minutes_on_end = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="of walking with horses, without a rest"
    )
    version = models.PositiveIntegerField(default=1, help_text="guards stale edits")

    class Meta:
        ordering = ["resource__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_minutes_on_end=None)
                | Q(most_minutes_on_end__gte=10, most_minutes_on_end__lte=LONGEST_HELP),
                name="helper_walks_for_a_while",
            )
        ]

    def __str__(self) -> str:
        return f"helper {self.public_id}"

    @property
    def name(self) -> str:
        return self.resource.name

    @property
    def is_volunteer(self) -> bool:
        return self.resource.kind == Resource.Kind.VOLUNTEER


class Help(Record):
    """Minutes that somebody helped with, noted by hand: whatever no booking tells of."""

    holds_personal_data = False

    helper = models.ForeignKey(Helper, models.PROTECT, related_name="notes")
    on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=80, help_text="of the work; never of a family")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_HELP), name="help_within_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"help {self.public_id}"
