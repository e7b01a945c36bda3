"""What a centre offers: one of the catalogue or one of its own; changed, and offered no more."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from base.errors import StaleVersion
from people.models import Centre
from scheduling.catalogue import Offer, begun
from scheduling.models import Modality, Resource, Service
from workshops.catalogue import BUFFER, BY_CODE, Atelier, workshop_of
from workshops.errors import AgesOutOfOrder, AlreadyOffered, DoubtOutOfAges, NameTaken
from workshops.models import OLDEST, Workshop

OF_SERVICE = {"name", "initials", "duration", "buffer_after", "access"}
"""What its service keeps of a workshop."""

LONGEST_INITIALS = 6


@transaction.atomic
def offer_workshop(centre: Centre, *, code: str = "", **fields: Any) -> Workshop:
    """One of the catalogue by its code, with whatever is said otherwise; or, without a code, one of
    the centre's own, with a name, a duration and a capacity. Fields are those of
    `change_workshop`. Raises what it does, and AlreadyOffered."""
    lock(centre.pk)
    one = BY_CODE[code] if code else None
    service = service_of(centre, one or own(fields))
    if service.pk and Workshop.objects.filter(service=service).exists():
        raise AlreadyOffered
    new = workshop_of(service, one) if one else Workshop(centre=centre, service=service)
    return kept(new, fields)


@transaction.atomic
def change_workshop(workshop: Workshop, *, version: int | None = None, **fields: Any) -> Workshop:
    """`name`, `initials` (empty: those of the name), `duration`, `buffer_after`, `needs_document`,
    `leaders` and `rooms` beside its own fields; groups that meet keep their hour and their
    places. Raises StaleVersion, NameTaken, AgesOutOfOrder, DoubtOutOfAges."""
    lock(workshop.centre_id)
    found = Workshop.objects.select_related("service").get(pk=workshop.pk)
    if version is not None and version != found.version:
        raise StaleVersion(version=found.version)
    found.version += 1
    return kept(found, fields)


def lock(centre_id: int) -> None:
    """Two who offer or change at once would take one name."""
    Centre.objects.select_for_update(no_key=True).get(pk=centre_id)


def service_of(centre: Centre, offer: Offer | Atelier) -> Service:
    """As the centre has it already, or as it begins: not offered to be booked by the hour."""
    found = Service.objects.filter(centre=centre, code=offer.code).first()
    if found:
        return found
    (service,) = begun(centre, [offer.offer if isinstance(offer, Atelier) else offer])
    service.is_offered = False
    return service


def own(fields: Mapping[str, Any]) -> Offer:
    return Offer(
        f"own-{uuid4().hex[:16]}",
        fields["name"],
        initials_of(fields["name"]),
        duration=fields["duration"] // timedelta(minutes=1),
        buffer=BUFFER,
        step=15,
        modalities=(Modality.ON_SITE,),
        our_defaults=(),
    )


def kept(workshop: Workshop, fields: Mapping[str, Any]) -> Workshop:
    service, asked = workshop.service, dict(fields)
    people, rooms = asked.pop("leaders", None), asked.pop("rooms", None)
    if "needs_document" in asked:
        needs, access = asked.pop("needs_document"), Service.Access
        asked["access"] = access.SPECIALISED if needs else access.OPEN
    for name, value in asked.items():
        put(service if name in OF_SERVICE else workshop, name, value)
    service.initials = service.initials or initials_of(service.name)
    check(workshop)
    service.save()
    workshop.service = service
    workshop.save()
    let_use(service, Resource.Kind.SPECIALIST, people)
    let_use(service, Resource.Kind.ROOM, rooms)
    return workshop


def put(of: Service | Workshop, name: str, value: Any) -> None:
    """What somebody sets otherwise is no longer ours."""
    if isinstance(of, Service) and getattr(of, name) != value:
        of.our_defaults = [one for one in of.our_defaults if one != name]
    setattr(of, name, value)


def check(workshop: Workshop) -> None:
    """Raises NameTaken, AgesOutOfOrder, DoubtOutOfAges."""
    others = Workshop.objects.filter(centre=workshop.centre_id).exclude(pk=workshop.pk)
    names = others.values_list("service__name", flat=True)
    if workshop.name.casefold() in {name.casefold() for name in names}:
        raise NameTaken
    if (workshop.least_age or 0) > (OLDEST if workshop.most_age is None else workshop.most_age):
        raise AgesOutOfOrder
    if not workshop.is_for_age(workshop.doubtful_age):
        raise DoubtOutOfAges


def let_use(service: Service, kind: Resource.Kind, named: Sequence[Resource] | None) -> None:
    """These alone of their kind lead it, or suit it."""
    if named is None:
        return
    service.resources.remove(*service.resources.filter(kind=kind).exclude(pk__in=pks(named)))
    service.resources.add(*named)


def pks(named: Sequence[Resource]) -> list[int]:
    return [one.pk for one in named]


def initials_of(name: str) -> str:
    """The first letters of its first words; of a single word, its first two."""
    words = re.findall(r"\w+", name) or [name]
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else words[0][:2]
    return letters.upper()[:LONGEST_INITIALS]
