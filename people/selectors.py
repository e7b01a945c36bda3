"""Queries over people and cases, already narrowed to what the caller may see."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, Never
from uuid import UUID

from django.db.models import (
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)

from base import clock
from base.errors import NotFound
from base.models import Task
from base.rows import Question, Row, columns_of, from_row
from people.models import (
    Capacity,
    Carer,
    Case,
    Centre,
    ContactCard,
    Household,
    KinshipWall,
    NoContact,
    Person,
    User,
)
from people.policies import SEES_EVERYTHING, SEES_NAMES, SHELTERS, Staff


def centres_of(staff: Staff) -> QuerySet[Centre]:
    return Centre.objects.filter(pk__in=staff.centre_ids)


def with_places(centres: QuerySet[Centre], *, on: date) -> QuerySet[Centre]:
    """Centres with their official places on a date, as `places`."""
    latest = Capacity.objects.filter(centre=OuterRef("pk"), from_on__lte=on).order_by("-from_on")
    return centres.annotate(places=Subquery(latest.values("places")[:1]))


def with_carers(staff: Staff, someone: Person) -> Person:
    """The person with card, household and those carers whom the reader may find by name."""
    seen = Carer.objects.filter(adult__in=people_of(staff))
    return (
        Person.objects.select_related("centre", "household", "contact_card")
        .prefetch_related(Prefetch("carers", seen.select_related("adult")))
        .get(pk=someone.pk)
    )


def people_of(staff: Staff) -> QuerySet[Person]:
    """Whom the caller may find by name: her centres' people, without her own kin (D12)."""
    return (
        Person.objects.filter(centre__in=staff.centres_where(SEES_NAMES))
        .exclude(household__in=households_walled_from(staff))
        .exclude(household__in=households_hidden_from(staff))
    )


FAMILIES_KNOWN: list[Callable[[Staff], QuerySet[Any, Any]]] = []
"""Ids of households that a colleague works with. Packages above add theirs."""


def households_hidden_from(staff: Staff) -> QuerySet[Household, int]:
    """Families once sheltered, but for who shelters in their centre or works with them (D39)."""
    hidden = (
        Household.objects.filter(is_discreet=True, centre__in=staff.centre_ids)
        .exclude(centre__in=staff.centres_where(SHELTERS))
        .exclude(
            Exists(Case.objects.filter(household=OuterRef("pk"), lead=staff.user, closed_on=None))
        )
    )
    for known in FAMILIES_KNOWN:
        hidden = hidden.exclude(pk__in=known(staff))
    return hidden.values_list("pk", flat=True)


def households_walled_from(staff: Staff) -> QuerySet[KinshipWall, int]:
    return KinshipWall.objects.filter(user=staff.user).values_list("household", flat=True)


def others_with_number_of(card: ContactCard) -> int:
    """How many other people of the centre can be read by whoever has this telephone: what another
    centre knows is not told (D39)."""
    if not card.phone:
        return 0
    same = ContactCard.objects.filter(phone=card.phone, person__centre=card.person.centre_id)
    return same.exclude(pk=card.pk).count()


def matching(found: QuerySet[Person], text: str) -> QuerySet[Person]:
    """People whose given or family name begins with each of the words of `text`."""
    for word in text.split()[:4]:
        found = found.filter(Q(given_name__istartswith=word) | Q(family_name__istartswith=word))
    return found


def person(staff: Staff, public_id: UUID) -> Person:
    """Raises NotFound: unknown, foreign and walled are one."""
    found = people_of(staff).select_related("centre", "household").filter(public_id=public_id)
    return found.first() or not_found("person")


def person_of_centre(staff: Staff, centre_id: int, public_id: UUID) -> Person:
    """Raises NotFound: ties are between people of one centre (D39)."""
    found = person(staff, public_id)
    return found if found.centre_id == centre_id else not_found("person")


PEOPLE = f"""
    SELECT {columns_of(Person, "it")},
           card.id IS NOT NULL, {columns_of(ContactCard, "card", without="phone")}
      FROM people_person it LEFT JOIN people_contactcard card ON card.person_id = it.id
     WHERE it.public_id = ANY(%(ids)s) AND it.centre_id = ANY(%(centres)s)
       AND it.household_id NOT IN (
           SELECT household_id FROM people_kinshipwall WHERE user_id = %(user)s
       ) AND (it.centre_id = ANY(%(shelters)s) OR NOT (
           SELECT is_discreet FROM people_household WHERE id = it.household_id
       ))
"""  # noqa: S608 - our own columns


def people(staff: Staff, centre_id: int, public_ids: Sequence[UUID]) -> tuple[Person, ...]:
    """People of one centre with their contact cards, as far as planning asks (to read a number
    costs as much as the rest), in the given order, each once.
    Raises NotFound."""
    return in_order(people_named(staff, public_ids).answer(), staff, centre_id, public_ids)


def people_named(staff: Staff, public_ids: Sequence[UUID]) -> Question[list[Person]]:
    """Those of these people whom the caller may find by name, but for sheltered families that
    she merely works with: `in_order` sees to them."""
    facts = {
        "ids": list(public_ids),
        "centres": staff.centres_where(SEES_NAMES),
        "user": staff.user.pk,
        "shelters": staff.centres_where(SHELTERS),
    }
    return Question(PEOPLE, facts, with_cards)


def read_cards(people: Iterable[Person]) -> None:
    """Give those of these people their contact cards who came without."""
    card: Any = Person._meta.get_field("contact_card")
    prefetch_related_objects([one for one in people if not card.is_cached(one)], "contact_card")


def with_cards(found: list[Row]) -> list[Person]:
    width = len(Person._meta.concrete_fields)
    its_card: Any = Person._meta.get_field("contact_card")
    people = []
    for row in found:
        person = from_row(Person, row[:width])
        has_card, *card = row[width:]
        its_card.set_cached_value(
            person, from_row(ContactCard, card, without="phone") if has_card else None
        )
        people.append(person)
    return people


def in_order(
    found: Iterable[Person], staff: Staff, centre_id: int, public_ids: Sequence[UUID]
) -> tuple[Person, ...]:
    """What `people` returns, from the answer to `people_named`. Raises NotFound."""
    by_id = {person.public_id: person for person in found if person.centre_id == centre_id}
    if missing := set(public_ids) - by_id.keys():
        known = people_of(staff).filter(centre=centre_id, public_id__in=missing)
        by_id |= {person.public_id: person for person in known}
    if not by_id.keys() >= set(public_ids):
        not_found("person")
    return tuple(by_id[public_id] for public_id in dict.fromkeys(public_ids))


def carer(staff: Staff, public_id: UUID) -> Carer:
    """Raises NotFound."""
    seen = people_of(staff)
    found = Carer.objects.filter(child__in=seen, adult__in=seen).select_related("child")
    return found.filter(public_id=public_id).first() or not_found("carer")


def pairs_of(staff: Staff) -> QuerySet[NoContact]:
    """Pairs kept apart in the centres she runs, where neither is of her own kin."""
    seen = people_of(staff).filter(centre__in=staff.centres_where(SEES_EVERYTHING))
    return NoContact.objects.filter(one__in=seen, other__in=seen).select_related("one", "other")


def pairs_with(staff: Staff, someone: Person) -> QuerySet[NoContact]:
    """Whom a person must not meet, on whichever side of the pair she stands."""
    return pairs_of(staff).filter(Q(one=someone) | Q(other=someone)).order_by("pk")


def walls_around(staff: Staff, household: Household) -> QuerySet[KinshipWall]:
    return walls_of(staff).filter(household=household).order_by("pk")


def pair(staff: Staff, public_id: UUID) -> NoContact:
    """Raises NotFound."""
    return pairs_of(staff).filter(public_id=public_id).first() or not_found("pair")


def walls_of(staff: Staff) -> QuerySet[KinshipWall]:
    """Colleagues kept from families of the centres she runs; her own walls are not hers to
    see."""
    return (
        KinshipWall.objects.filter(household__centre__in=staff.centres_where(SEES_EVERYTHING))
        .exclude(household__in=households_walled_from(staff))
        .select_related("user__resource")
    )


def wall(staff: Staff, public_id: UUID) -> KinshipWall:
    """Raises NotFound."""
    return walls_of(staff).filter(public_id=public_id).first() or not_found("wall")


def cases_of(staff: Staff) -> QuerySet[Case]:
    """The centre's cases for those who need to know all, else the cases she leads."""
    return (
        Case.objects.filter(
            Q(centre__in=staff.centres_where(SEES_EVERYTHING))
            | Q(centre__in=staff.centres_where(SEES_NAMES), lead=staff.user)
        )
        .exclude(household__in=households_walled_from(staff))
        .select_related("centre", "household", "lead__resource")
        .prefetch_related("entry_bases__services")
    )


def case(staff: Staff, public_id: UUID) -> Case:
    """Raises NotFound."""
    return cases_of(staff).filter(public_id=public_id).first() or not_found("case")


def overdue_cases(cases: QuerySet[Case], *, on: date | None = None) -> QuerySet[Case]:
    """Cases whose assessment and plan are late (D6)."""
    return cases.filter(planned_on=None, closed_on=None, plan_due_on__lt=on or clock.today())


def contact_card_of(someone: Person) -> ContactCard | None:
    return ContactCard.objects.filter(person=someone).first()


def contact_card(staff: Staff, public_id: UUID) -> ContactCard:
    """Raises NotFound."""
    cards = ContactCard.objects.filter(person__in=people_of(staff)).select_related("person")
    return cards.filter(public_id=public_id).first() or not_found("card")


def centre(staff: Staff, public_id: UUID) -> Centre:
    """Raises NotFound."""
    return centres_of(staff).filter(public_id=public_id).first() or not_found("centre")


def household(staff: Staff, of: Centre, public_id: UUID) -> Household:
    """Raises NotFound."""
    found = (
        Household.objects.filter(centre=of, public_id=public_id)
        .exclude(pk__in=households_walled_from(staff))
        .exclude(pk__in=households_hidden_from(staff))
    )
    return found.first() or not_found("household")


def colleague(centre: Centre, resource_id: UUID) -> User:
    """A specialist of the centre today, by her public id. Raises NotFound."""
    today = clock.today()
    found = User.objects.filter(
        Q(roles__until_on=None) | Q(roles__until_on__gte=today),
        roles__centre=centre,
        roles__from_on__lte=today,
        resource__public_id=resource_id,
        is_active=True,
    )
    return found.first() or not_found("specialist")


def open_tasks(staff: Staff) -> QuerySet[Task]:
    """Her own, and all of the centres she runs."""
    return Task.objects.filter(
        Q(owner=staff.user) | Q(centre__in=staff.centres_where(SEES_EVERYTHING)),
        centre__in=staff.centre_ids,
        done_at=None,
    ).exclude(about__in=matters_walled_from(staff))


def matters_walled_from(staff: Staff) -> set[str]:
    """What tasks about the families of her kin are about (D12)."""
    walled = list(households_walled_from(staff))
    if not walled:
        return set()
    others = {matter for told in MATTERS for matter in told(walled)}
    cases = Case.objects.filter(household__in=walled).values_list("public_id", flat=True)
    bookings = Person.objects.filter(household__in=walled).values_list(
        "participations__booking__public_id", flat=True
    )
    people = Person.objects.filter(household__in=walled).values_list("public_id", flat=True)
    found = {f"person:{key}" for key in people} | {f"booking:{key}" for key in bookings}
    return found | {f"case:{key}" for key in cases} | others


MATTERS: list[Callable[[Collection[int]], Iterable[str]]] = []
"""What else tasks about these households may be about. Packages above add theirs."""


def not_found(what: str) -> Never:
    raise NotFound(what=what)
