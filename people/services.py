"""Commands on people, contact cards and cases."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from base import clock
from base.models import Task
from base.services import finish_task_about, open_task
from people import selectors, signals
from people.errors import (
    AlreadyRecorded,
    CarerIsAChild,
    CaseIsClosed,
    CaseNumberTaken,
    NoNumber,
    NotAChild,
    NumberChanged,
    OnePerson,
    Walled,
)
from people.models import (
    AccessRecord,
    Carer,
    Case,
    Centre,
    ContactCard,
    EntryBasis,
    Household,
    KinshipWall,
    NoContact,
    Person,
    User,
)
from people.policies import Staff, knows_person, require

Tie = TypeVar("Tie", Carer, NoContact, KinshipWall)

PLAN_DUE = timedelta(days=20)  # D6


@transaction.atomic
def register_person(
    centre: Centre,
    *,
    given_name: str,
    family_name: str,
    birth_on: date | None = None,
    household: Household | None = None,
) -> Person:
    """A person, in a household of her own unless one is given."""
    household = household or Household.objects.create(centre=centre, name=family_name)
    return Person.objects.create(
        centre=centre,
        household=household,
        given_name=given_name,
        family_name=family_name,
        birth_on=birth_on,
    )


@transaction.atomic
def open_case(
    household: Household,
    *,
    number: str,
    lead: User,
    opened_on: date,
    route: EntryBasis.Route,
    document_number: str,
    document_on: date,
    valid_until: date | None = None,
    at_risk: bool = False,
) -> Case:
    """Open a case with its first entry document (D5); the plan falls due in 20 days, and the
    lead is told (D6). Raises Walled, CaseNumberTaken."""
    if lead.walls.filter(household=household).exists():
        raise Walled
    case = Case(
        number=number,
        centre_id=household.centre_id,
        household=household,
        lead=lead,
        opened_on=opened_on,
        at_risk=at_risk,
        plan_due_on=opened_on + PLAN_DUE,
    )
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise CaseNumberTaken from error
    add_document(
        case,
        route=route,
        document_number=document_number,
        document_on=document_on,
        valid_from=opened_on,
        valid_until=valid_until,
    )
    open_task(
        Task.Kind.ASSESSMENT_DUE,
        centre_id=case.centre_id,
        about=f"case:{case.public_id}",
        due_on=case.plan_due_on,
        owner_id=lead.pk,
    )
    return case


@transaction.atomic
def update_contact_card(
    person: Person,
    *,
    by: User,
    phone: str | None = None,
    consent: bool | None = None,
    safe_to_text: bool | None = None,
    hours: tuple[time, time] | None = None,
    **wording: Any,
) -> ContactCard:
    """Change what is given and leave the rest; a person without a card gets one.

    A new number is unverified and says nothing about safety. Consent is dated and signed by
    its taker; an answer about safety is dated, also when it is no. `wording` may hold
    wording, language, script and allows_link.
    """
    card, _ = ContactCard.objects.select_for_update().get_or_create(person=person)
    if phone is not None and phone != str(card.phone):
        card.phone = phone
        card.verified_at = card.safety_asked_on = card.suspended_on = None
        card.safe_to_text = False
    if consent is not None:
        card.consent_on = clock.today() if consent else None
        card.consent_by = by if consent else None
        card.opted_out_on = None if consent else card.opted_out_on
    if safe_to_text is not None:
        card.safe_to_text, card.safety_asked_on = safe_to_text, clock.today()
    before = card.safe_from, card.safe_until
    if hours is not None:
        card.safe_from, card.safe_until = hours
    for name, value in wording.items():
        setattr(card, name, value)
    card.save()
    if (card.safe_from, card.safe_until) != before:
        signals.safe_hours_changed.send(ContactCard, card=card)
    return card


@transaction.atomic
def verify_number(
    card: ContactCard, *, phone: str | None = None, at: datetime | None = None
) -> ContactCard:
    """Staff heard the person herself on that number (D27): the card's, as it was shown, unless
    `phone` says which. Raises NoNumber, NumberChanged."""
    heard = phone or str(card.phone)
    fresh = locked(card)
    if not fresh.phone:
        raise NoNumber
    if str(fresh.phone) != heard:
        raise NumberChanged
    fresh.verified_at, fresh.suspended_on = at or clock.now(), None
    fresh.save()
    return fresh


@transaction.atomic
def opt_out(card: ContactCard, *, through: str = "") -> ContactCard:
    """She asked for no messages; counts at once (D36). `through` tells the card's history how she
    said so, when it was to nobody of the staff."""
    fresh = locked(card)
    fresh.opted_out_on = clock.today()
    fresh._change_reason = through or None  # type: ignore[attr-defined]
    fresh.save()
    return fresh


@transaction.atomic
def suspend(card: ContactCard) -> ContactCard:
    """The operator says that the number takes no texts (D34): nothing is sent to it until somebody
    has heard her on it, and a task says so."""
    fresh = locked(card)
    fresh.suspended_on, fresh.verified_at = clock.today(), None
    fresh.save()
    open_task(
        Task.Kind.SMS_SUSPENDED,
        centre_id=fresh.person.centre_id,
        about=f"person:{fresh.person.public_id}",
        due_on=clock.today(),
        owner_id=None,
    )
    return fresh


def locked(card: ContactCard) -> ContactCard:
    """The card as it is now: whoever holds an older one must not write it back."""
    return ContactCard.objects.select_for_update().get(pk=card.pk)


@transaction.atomic
def locked_case(case: Case) -> Case:
    """The case as it is now: whoever holds an older one must not write it back."""
    return Case.objects.select_for_update().get(pk=case.pk)


@transaction.atomic
def add_document(
    case: Case,
    *,
    route: EntryBasis.Route,
    document_number: str,
    document_on: date,
    valid_from: date,
    valid_until: date | None = None,
) -> EntryBasis:
    """Another entry document on an open case: a renewal, or one that authorises more (D4).
    Raises CaseIsClosed."""
    if locked_case(case).closed_on is not None:
        raise CaseIsClosed
    return EntryBasis.objects.create(
        case=case,
        route=route,
        document_number=document_number,
        document_on=document_on,
        valid_from=valid_from,
        valid_until=valid_until,
    )


@transaction.atomic
def note_plan(case: Case) -> Case:
    """Assessment and plan are ready (D6); the task about them is done."""
    case = locked_case(case)
    if case.planned_on is None:
        case.planned_on = clock.today()
        case.save()
    finish_task_about(Task.Kind.ASSESSMENT_DUE, f"case:{case.public_id}")
    return case


@transaction.atomic
def close_case(case: Case) -> Case:
    """The work with the family is over; its documents entitle to nothing more."""
    case = locked_case(case)
    if case.closed_on is None:
        case.closed_on = clock.today()
        case.save()
    finish_task_about(Task.Kind.ASSESSMENT_DUE, f"case:{case.public_id}")
    return case


@transaction.atomic
def add_carer(child: Person, adult: Person, *, relation: Carer.Relation) -> Carer:
    """Record who cares for a child and may be told of its hours.

    Raises OnePerson, NotAChild, CarerIsAChild, AlreadyRecorded.
    """
    today = clock.today()
    check_two(child, adult)
    if not child.is_child_on(today):
        raise NotAChild
    if adult.is_child_on(today):
        raise CarerIsAChild
    return recorded(Carer(child=child, adult=adult, relation=relation))


@transaction.atomic
def keep_apart(one: Person, other: Person) -> NoContact:
    """From now on the two are never at one site at one time (D11); hours already booked are
    somebody's task. Raises OnePerson, AlreadyRecorded."""
    check_two(one, other)
    pair = recorded(NoContact(one=one, other=other, since_on=clock.today()))
    signals.kept_apart.send(NoContact, pair=pair)
    return pair


@transaction.atomic
def wall_off(user: User, household: Household) -> KinshipWall:
    """The colleague is kin to the family and denied it from now on (D12); what she has of it is
    somebody's task. Raises AlreadyRecorded."""
    wall = recorded(KinshipWall(user=user, household=household))
    for case in Case.objects.filter(lead=user, household=household, closed_on=None):
        open_task(
            Task.Kind.ANOTHER_COLLEAGUE,
            centre_id=case.centre_id,
            about=f"case:{case.public_id}",
            due_on=clock.today(),
            owner_id=None,
        )
    signals.walled_off.send(KinshipWall, wall=wall)
    return wall


def lift(tie: Tie) -> None:
    """The tie no longer holds; who recorded and who lifted it stays in its history."""
    tie.delete()


def check_two(one: Person, other: Person) -> None:
    if one == other:
        raise OnePerson


def recorded(tie: Tie) -> Tie:
    """The tie, saved. Raises AlreadyRecorded."""
    try:
        with transaction.atomic():
            tie.save()
    except IntegrityError as error:
        raise AlreadyRecorded from error
    return tie


def read_person(staff: Staff, public_id: UUID) -> Person:
    """One person, to whoever needs to know; the reading is kept (D39). Raises NotFound,
    NotAllowed."""
    person = selectors.person(staff, public_id)
    require(knows_person(staff, person))
    note_read(staff.user, person.centre_id, "person", person.public_id)
    return person


def read_card(staff: Staff, public_id: UUID) -> ContactCard:
    """A contact card by its own id, for whoever needs to know the person. Raises NotFound,
    NotAllowed."""
    card = selectors.contact_card(staff, public_id)
    require(knows_person(staff, card.person))
    note_read(staff.user, card.person.centre_id, "person", card.person.public_id)
    return card


def read_case(staff: Staff, public_id: UUID) -> Case:
    """One case, likewise. Raises NotFound."""
    case = selectors.case(staff, public_id)
    note_read(staff.user, case.centre_id, "case", case.public_id)
    return case


def note_read(user: User, centre_id: int, what: str, subject: UUID) -> None:
    """Keep that somebody read personal data (D39)."""
    note_reads(user, what, [(centre_id, subject)])


def note_reads(user: User, what: str, read: Iterable[tuple[int, UUID]]) -> None:
    """The same for several, by centre and public id."""
    AccessRecord.objects.bulk_create(
        AccessRecord(user=user, centre_id=centre_id, what=what, subject=subject, at=clock.now())
        for centre_id, subject in read
    )
