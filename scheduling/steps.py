"""One step of one booking: lock what it holds, read it again, see whether it may go there."""

from base import clock
from base.errors import StaleVersion
from scheduling import selectors, taking
from scheduling.errors import AlreadyBegun, WrongStep
from scheduling.models import Booking

Status = Booking.Status


def take(booking: Booking, target: Status, *, version: int | None) -> Booking:
    """Lock what the booking holds, then its row, and check that it may go to `target`.

    Raises StaleVersion, WrongStep.
    """
    taking.lock({*selectors.resources_held(booking), *selectors.resources_along(booking)})
    booking = reread(booking, version=version)
    if target not in Status(booking.status).moves or hold_has_expired(booking):
        raise wrong_step(booking)
    return booking


def reread(booking: Booking, *, version: int | None) -> Booking:
    """The booking's row, locked. Raises StaleVersion."""
    fresh = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related("service", "centre", "carer", "term__event")
        .get(pk=booking.pk)
    )
    if version is not None and version != fresh.version:
        raise StaleVersion(version=fresh.version)
    return fresh


def move_to(booking: Booking, status: Status) -> None:
    booking.status = status
    keep(booking)


def keep(booking: Booking) -> None:
    """Save what changed, as another version."""
    booking.version += 1
    booking.save()


def hold_has_expired(booking: Booking) -> bool:
    return (
        booking.status == Status.HELD
        and booking.hold_expires_at is not None
        and booking.hold_expires_at <= clock.now()
    )


def wrong_step(booking: Booking) -> WrongStep:
    status = Status.EXPIRED if hold_has_expired(booking) else Status(booking.status)
    return WrongStep(state=str(status.label))


def check_not_begun(booking: Booking) -> None:
    if booking.starts_at <= clock.now():
        raise AlreadyBegun(starts_at=booking.starts_at)
