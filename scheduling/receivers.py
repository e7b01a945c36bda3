"""Resources are made with their owners, never lazily; and what people who are kept apart, or kept
from a family, have booked already is somebody's task."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from base import clock
from base.models import Task
from base.services import open_task
from people import signals as people_signals
from people.models import KinshipWall, NoContact, Person, User
from scheduling import selectors
from scheduling.models import Booking, Resource


@receiver(post_save, sender=Person)
def person_gets_resources(instance: Person, *, created: bool, **_: Any) -> None:
    """One for her hours, one for her nights: a stay excludes other stays, never sessions."""
    if created:
        Resource.objects.create(
            kind=Resource.Kind.PERSON, person=instance, centre_id=instance.centre_id
        )
        Resource.objects.create(
            kind=Resource.Kind.RESIDENCE, resident=instance, centre_id=instance.centre_id
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


@receiver(people_signals.kept_apart)
def note_meetings(pair: NoContact, **_: Any) -> None:
    for booking in selectors.meetings_ahead(pair.one, pair.other):
        ask_to_change(Task.Kind.KEPT_APART, booking)


@receiver(people_signals.walled_off)
def note_own_hours(wall: KinshipWall, **_: Any) -> None:
    for booking in selectors.hours_ahead(wall.user, wall.household):
        ask_to_change(Task.Kind.ANOTHER_COLLEAGUE, booking)


def ask_to_change(kind: Task.Kind, booking: Booking) -> None:
    """Whoever runs the centre is asked: nobody's own task, since the reason is not for all."""
    open_task(
        kind,
        centre_id=booking.centre_id,
        about=f"booking:{booking.public_id}",
        due_on=clock.today(),
        owner_id=None,
    )
