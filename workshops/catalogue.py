"""What a centre begins with: its workshops, clubs and group programmes, as data that it may edit.

For whom each is, how many come and who is old enough is D13's and D14's. Lengths are our judgement,
and so is that children's workshops need papers as any specialised work with a child does (D4);
whoever prepares to be a parent needs none. Nobody books a workshop like a consultation, so its
service is not offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from people.models import Centre
from scheduling.catalogue import OURS, Offer, begun
from scheduling.models import Modality, Service
from workshops.models import Audience, Riding, Workshop

A = Audience
BUFFER = 15
"""Minutes in which paint is washed off and chairs are put back."""


@dataclass(frozen=True)
class Atelier:
    """A workshop as it begins. `capacity` is the most of the source's range; whom no audience is
    named for, it is open to."""

    code: str
    name: str
    initials: str
    capacity: int
    audiences: tuple[Audience, ...] = ()
    duration: int = 60
    least_age: int | None = None
    doubtful_age: int | None = None
    least_adults: int = 2
    access: Service.Access = Service.Access.SPECIALISED
    is_ridden: bool = False

    @property
    def offer(self) -> Offer:
        return Offer(
            self.code,
            self.name,
            self.initials,
            duration=self.duration,
            buffer=BUFFER,
            step=15,
            modalities=(Modality.ON_SITE,),
            access=self.access,
            our_defaults=(*OURS, "duration", "buffer_after"),
        )


DISABILITY, WITHOUT_CARE = (A.INTELLECTUAL_DISABILITY,), (A.WITHOUT_PARENTAL_CARE,)
FEW, SOME = 5, 8
"""Three to five children with an intellectual disability, six to eight others (D14)."""

PARENTS = 12
"""Adults in a programme: our judgement."""

OPEN = Service.Access.OPEN
YOUNGEST_RIDER = 4  # ours: no source names an age (D16)
OVER_ELEVEN = 11
"""May mean eleven or twelve: at exactly eleven the program warns (D13)."""

ATELIERS = (
    Atelier("art-atelier", "Арт-ателие", "АТ", FEW, DISABILITY),
    Atelier("psychomotor", "Психомоторика", "ПМ", FEW, DISABILITY, duration=45),
    # For both; a group of children without parental care alone may have more places.
    Atelier("discoverer", "Откривател", "ОТ", FEW, (*DISABILITY, *WITHOUT_CARE)),
    # A whole afternoon, in which each child rides for half an hour with a leader of its own (D16):
    # the session itself holds the instructor alone.
    Atelier(
        "hippotherapy",
        "Хипотерапия",
        "ХТ",
        FEW,
        DISABILITY,
        duration=180,
        least_adults=1,
        least_age=YOUNGEST_RIDER,
        is_ridden=True,
    ),
    Atelier("man-and-nature", "Човек и природа", "ЧП", SOME, WITHOUT_CARE, duration=90),
    Atelier("culture", "Култура", "КУ", SOME, WITHOUT_CARE, duration=90),
    Atelier("fitness", "Фитнес", "ФТ", SOME, least_age=OVER_ELEVEN, doubtful_age=OVER_ELEVEN),
    Atelier("computers", "Компютри", "КМ", SOME, least_age=OVER_ELEVEN, doubtful_age=OVER_ELEVEN),
    Atelier(
        "school-for-future-parents",
        "Училище за бъдещи родители",
        "УР",
        PARENTS,
        (A.FUTURE_PARENTS,),
        duration=90,
        least_adults=1,
        access=OPEN,
    ),
    Atelier(
        "family-type-centre-groups",
        "Групова работа за деца от ЦНСТ",
        "ГД",
        SOME,
        (A.FAMILY_TYPE_CENTRE,),
    ),
    Atelier(
        "parenting-skills",
        "Обучение в родителски умения",
        "РУ",
        PARENTS,
        (A.FUTURE_PARENTS,),
        duration=90,
        least_adults=1,
        access=OPEN,
    ),
    Atelier(
        "foster-and-adoptive-parents",
        "Подготовка на приемни родители и осиновители",
        "ПО",
        PARENTS,
        (A.FOSTER_PARENTS, A.ADOPTIVE_PARENTS),
        duration=120,
        access=OPEN,
    ),
)

BY_CODE = {one.code: one for one in ATELIERS}


def offer_workshops(centre: Centre) -> list[Workshop]:
    """Give the centre the workshops it lacks, and return it all of them in the catalogue's order.

    What the centre has edited stays as it is, so this may be repeated.
    """
    services = services_of(centre)
    had = set(Workshop.objects.filter(centre=centre).values_list("service__code", flat=True))
    Workshop.objects.bulk_create(
        # Another process may be offering the same at this moment.
        (workshop_of(services[one.code], one) for one in ATELIERS),
        ignore_conflicts=True,
    )
    found = Workshop.objects.filter(service__in=services.values()).select_related("service")
    by_code = {workshop.service.code: workshop for workshop in found}
    Riding.objects.bulk_create(
        (
            Riding(workshop=by_code[one.code])
            for one in ATELIERS
            if one.is_ridden and one.code not in had
        ),
        ignore_conflicts=True,
    )
    return [by_code[one.code] for one in ATELIERS]


def services_of(centre: Centre) -> dict[str, Service]:
    """By code; those that the centre lacks are made, and stay out of what is booked by the hour."""
    known = set(Service.objects.filter(centre=centre).values_list("code", flat=True))
    missing: Iterable[Offer] = (one.offer for one in ATELIERS if one.code not in known)
    new = begun(centre, missing)
    for service in new:
        service.is_offered = False
    Service.objects.bulk_create(new, ignore_conflicts=True)
    found = Service.objects.filter(centre=centre, code__in=[one.code for one in ATELIERS])
    return {service.code: service for service in found}


def workshop_of(service: Service, one: Atelier) -> Workshop:
    """As it would be stored."""
    return Workshop(
        centre_id=service.centre_id,
        service=service,
        audiences=list(one.audiences),
        least_age=one.least_age,
        doubtful_age=one.doubtful_age,
        capacity=one.capacity,
        least_adults=one.least_adults,
    )
