"""A hold that runs out is a request again; and one of two kept apart may live where the other
comes."""

from typing import Any

from django.db.models import F
from django.dispatch import receiver

from base.models import Task
from base.services import finish_task_about
from people import signals as people_signals
from people.models import NoContact
from rooms import services
from rooms.models import Member, Stay
from scheduling import signals
from scheduling.models import Booking


@receiver(signals.hold_expired)
def wait_again(booking: Booking, **_: Any) -> None:
    """The family asked, and nobody answered: it is on the list until somebody says how it
    ended."""
    stay = Stay.objects.filter(booking=booking, status=Stay.Status.HELD).first()
    if stay is None:
        return
    stay.lapsed.add(booking)
    Stay.objects.filter(pk=stay.pk).update(
        status=Stay.Status.REQUESTED, booking=None, version=F("version") + 1
    )
    # What is to be done now is about the family, not about the hold that is gone.
    finish_task_about(Task.Kind.HOLD_EXPIRED, f"stay:{stay.public_id}")
    told = Task.objects.filter(kind=Task.Kind.HOLD_EXPIRED, about=f"booking:{booking.public_id}")
    told.update(about=f"stay:{stay.public_id}")


@receiver(people_signals.kept_apart)
def note_hours_of_the_other(pair: NoContact, **_: Any) -> None:
    """Whoever is in residence counts as on site (D11)."""
    here = Member.objects.filter(
        person__in=[pair.one_id, pair.other_id],
        left_on=None,
        stay__status__in=[Stay.Status.HELD, Stay.Status.IN_HOUSE],
    )
    for member in here.select_related("stay__booking", "person"):
        services.warn_of_meetings(member.stay, [member.person])
