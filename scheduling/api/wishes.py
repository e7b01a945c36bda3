"""From a body to what the caller wishes to be booked."""

from collections.abc import Mapping
from typing import Any

from people import selectors as people_selectors
from people.policies import Staff, require
from scheduling import lookup, policies
from scheduling.models import Modality, Resource
from scheduling.planning import Wish


def wish_in(staff: Staff, asked: Mapping[str, Any]) -> Wish:
    """Of a validated WishIn. Raises NotFound, NotAllowed."""
    named = lookup.named(staff, service=asked["service"], people=asked["people"], to_book=True)
    service = named.service
    require(policies.may_book(staff, service.centre_id))
    if asked["without_papers"]:
        require(policies.may_waive_papers(staff, service.centre_id))
    return Wish(
        service=service,
        people=named.people,
        starts_at=asked["starts_at"],
        lead=named.specialist(asked["specialist"]),
        modality=Modality(asked["modality"]),
        room=lookup.place(staff, Resource.Kind.ROOM, asked.get("room")),
        vehicle=lookup.place(staff, Resource.Kind.VEHICLE, asked.get("vehicle")),
        colleagues=tuple(map(named.specialist, asked["colleagues"])),
        carer=people_selectors.person(staff, asked["carer"]) if asked.get("carer") else None,
        hold=asked.get("hold", False),
        without_papers=asked["without_papers"],
        known=named.known,
    )
