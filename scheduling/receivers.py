"""Resources are made with their owners, never lazily."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from people.models import Person, User
from scheduling.models import Resource


@receiver(post_save, sender=Person)
def person_gets_a_resource(instance: Person, *, created: bool, **_: Any) -> None:
    if created:
        Resource.objects.create(
            kind=Resource.Kind.PERSON, person=instance, centre_id=instance.centre_id
        )


@receiver(post_save, sender=User)
def staff_gets_a_resource(instance: User, *, created: bool, **_: Any) -> None:
    """One per member of staff, in no centre: she may work in two. A superuser only installs."""
    if instance.is_superuser:
        return
    if created:
        Resource.objects.create(
            kind=Resource.Kind.SPECIALIST, user=instance, name=instance.get_full_name()
        )
    else:
        Resource.objects.filter(user=instance).update(name=instance.get_full_name())
