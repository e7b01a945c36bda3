"""Who and what a booking holds, as one thing."""

from dataclasses import dataclass

from scheduling.models import Allocation, Booking, Resource

Part = Allocation.Part


@dataclass(frozen=True)
class Arrangement:
    """What a booking holds beside its people; of a cancelled one, what it held at the end."""

    lead: Resource
    room: Resource | None
    vehicle: Resource | None
    colleagues: tuple[Resource, ...]

    @property
    def ids(self) -> frozenset[int]:
        others = (self.room, self.vehicle, *self.colleagues)
        return frozenset(resource.pk for resource in others if resource)


def arrangements_of(bookings: list[Booking]) -> dict[int, Arrangement]:
    """By booking. Rows are written lead first: the last lead begins the last arrangement."""
    rows: dict[int, list[Allocation]] = {}
    found = Allocation.objects.filter(booking__in=bookings).exclude(part=Part.PERSON)
    for row in found.select_related("resource").order_by("booking", "pk"):
        rows.setdefault(row.booking_id, []).append(row)
    return {key: last_arrangement(parts) for key, parts in rows.items()}


def last_arrangement(rows: list[Allocation]) -> Arrangement:
    begins = max(index for index, row in enumerate(rows) if row.part == Part.LEAD)
    last = rows[begins:]

    def those(part: Part) -> tuple[Resource, ...]:
        return tuple(row.resource for row in last if row.part == part)

    room, vehicle = those(Part.ROOM), those(Part.VEHICLE)
    return Arrangement(
        last[0].resource,
        room[0] if room else None,
        vehicle[0] if vehicle else None,
        those(Part.COLLEAGUE),
    )
