"""What a centre offers to begin with: the consultations, as data that it may then edit.

Lengths follow common practice: 50 minutes and 10 to write up, 40 and 10 with a child (D2), half
an hour of travel each way (D3). Fields that no source gives are named in `our_defaults`, so that
a centre sees what it should look at first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from people.models import Centre
from scheduling.models import Modality, Service

ON_SITE, PHONE, ONLINE, FIELD = Modality.ON_SITE, Modality.PHONE, Modality.ONLINE, Modality.FIELD
OURS = (
    "initials",
    "minimum_notice",
    "step",
    "modalities",
    "specialists",
    "needs_vehicle",
    "access",
)


@dataclass(frozen=True)
class Offer:
    """A service as it begins; times are minutes.

    `initials` stand alone in a calendar that others may see, so they mean nothing to a stranger.
    """

    code: str
    name: str
    initials: str
    duration: int = 50
    buffer: int = 10
    step: int = 30
    modalities: tuple[Modality, ...] = (ON_SITE, PHONE, ONLINE)
    specialists: int = 1
    access: Service.Access = Service.Access.SPECIALISED
    needs_vehicle: bool = False
    our_defaults: tuple[str, ...] = OURS


def without(*fields: str) -> tuple[str, ...]:
    """Our judgement in everything but these fields, which a source gives."""
    return tuple(field for field in OURS if field not in fields)


# A child's 40 + 10 minutes make a 50-minute rhythm, which only a step of 10 lets through.
OFFERS = (
    Offer(
        "social-counselling",
        "Социално консултиране",
        "СК",
        modalities=(ON_SITE, PHONE, ONLINE, FIELD),
        access=Service.Access.GENERAL,  # D4: informing and short counselling
        needs_vehicle=True,
        our_defaults=without("modalities", "access"),
    ),
    Offer(
        "psychological-counselling",
        "Психологическо консултиране",
        "ПК",
        modalities=(ON_SITE, PHONE, ONLINE, FIELD),
        needs_vehicle=True,
        our_defaults=without("modalities"),
    ),
    Offer("legal-counselling", "Юридическо консултиране", "ЮК"),
    Offer(
        "family-mediation",
        "Семейна медиация / брачно консултиране",
        "СМ",
        modalities=(ON_SITE, ONLINE),
        specialists=2,
    ),
    Offer("intermediation", "Посредничество", "П"),
    Offer("accompaniment", "Придружаване", "ПР", modalities=(FIELD,)),
    Offer("observation", "Наблюдение", "Н", modalities=(ON_SITE, FIELD), needs_vehicle=True),
    Offer(
        "educational-support",
        "Образователна подкрепа",
        "ОП",
        duration=40,
        step=10,
        modalities=(ON_SITE, ONLINE, FIELD),
        needs_vehicle=True,
    ),
    Offer(
        "speech-therapy",
        "Логопедична подкрепа",
        "ЛП",
        duration=40,
        step=10,
        modalities=(ON_SITE, ONLINE),
    ),
    Offer(
        "occupational-therapy",
        "Трудотерапия",
        "Т",
        duration=40,
        step=10,
        modalities=(ON_SITE,),
        our_defaults=(*OURS, "duration"),
    ),
    Offer(
        "material-support",
        "Предоставяне на материална подкрепа",
        "МП",
        duration=20,
        step=10,
        modalities=(ON_SITE, FIELD),
        needs_vehicle=True,
        our_defaults=(*OURS, "duration", "buffer_after"),
    ),
    Offer(
        "children-at-risk",
        "Социална работа с деца в риск",
        "СРД",
        duration=40,
        step=10,
        modalities=(ON_SITE, FIELD),
        needs_vehicle=True,
    ),
    Offer(
        "families-at-risk",
        "Социална работа със семейства в риск",
        "СРС",
        modalities=(ON_SITE, PHONE, FIELD),
        needs_vehicle=True,
    ),
    Offer(
        "children-from-institutions",
        "Социална работа с деца от институции (индивидуална оценка, реинтеграция)",
        "СРИ",
        duration=40,
        step=10,
        modalities=(ON_SITE, FIELD),
        needs_vehicle=True,
    ),
    Offer(
        "carer-assessment",
        "Оценка на кандидати за приемни родители и осиновители",
        "ОК",
        modalities=(ON_SITE, FIELD),
        specialists=2,
        needs_vehicle=True,
    ),
    Offer(
        "abandonment-prevention",
        "Превенция на изоставянето в родилно отделение",
        "ПИ",
        modalities=(FIELD, ON_SITE, PHONE),
        needs_vehicle=True,
    ),
)


def offer_catalogue(centre: Centre) -> list[Service]:
    """Give the centre the services it lacks, and return it all of them in the catalogue's order.

    What the centre has edited stays as it is, so this may be repeated.
    """
    known = set(Service.objects.filter(centre=centre).values_list("code", flat=True))
    missing = (offer for offer in OFFERS if offer.code not in known)
    # Another process may be offering the same at this moment.
    Service.objects.bulk_create(begun(centre, missing), ignore_conflicts=True)
    by_code = {service.code: service for service in Service.objects.filter(centre=centre)}
    return [by_code[offer.code] for offer in OFFERS]


def begun(centre: Centre, offers: Iterable[Offer]) -> list[Service]:
    """The services as they would be stored."""
    return [
        Service(
            centre=centre,
            code=offer.code,
            name=offer.name,
            initials=offer.initials,
            duration=timedelta(minutes=offer.duration),
            buffer_after=timedelta(minutes=offer.buffer),
            step=timedelta(minutes=offer.step),
            modalities=list(offer.modalities),
            specialists=offer.specialists,
            access=offer.access,
            needs_vehicle=offer.needs_vehicle,
            our_defaults=list(offer.our_defaults),
        )
        for offer in offers
    ]
