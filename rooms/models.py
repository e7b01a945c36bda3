"""Rooms: where a consultation takes place. Cars need no more than their resource."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from scheduling.models import Resource


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
