"""Who may be enrolled: for whom the workshop is, age on each date, consent, papers (D4, D13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from people.models import Person
from scheduling import rules
from scheduling import selectors as scheduling_selectors
from workshops import selectors
from workshops.errors import NobodyToTell, NoSessions, NotTheirs, WrongAge
from workshops.models import Belonging, Enrolment, Group, Session, Workshop
from workshops.sitting import day_of

if TYPE_CHECKING:
    from workshops.enrolling import Application

YEAR = timedelta(days=365)


def check_eligible(group: Group, asked: Application) -> dict[Person, Person | None]:
    """Whom to tell of each. Raises NotTheirs, WrongAge, NoSessions, NobodyToTell, NotACarer,
    NoEntryBasis."""
    sessions = sessions_asked(group, asked)
    if not sessions:
        raise NoSessions
    carers: dict[Person, Person | None] = {}
    for one in asked.candidates:
        check_audience(group.workshop, one.person, on=asked.from_on)
        check_age(group.workshop, one.person, sessions)
        carers[one.person] = told(one.person, one.carer, on=asked.from_on)
        if not asked.without_papers:
            check_papers(group, one.person, sessions[0])
    return carers


def sessions_asked(group: Group, asked: Application) -> list[Session]:
    """Ahead, on the dates that are asked for, cancelled ones among them."""
    last = asked.until_on or date.max
    ahead = selectors.sessions_ahead(group)
    return [one for one in ahead if asked.from_on <= day_of(one) <= last]


def check_audience(workshop: Workshop, person: Person, *, on: date) -> None:
    """D13. Raises NotTheirs."""
    if not workshop.audiences:
        return
    belongs = Belonging.objects.filter(
        person=person, audience__in=workshop.audiences, from_on__lte=on
    )
    if not any(one.until_on is None or one.until_on >= on for one in belongs):
        raise NotTheirs


def check_age(workshop: Workshop, person: Person, sessions: Sequence[Session]) -> None:
    """On one of the dates at least; seats are given on those alone. Raises WrongAge."""
    days = {day_of(one) for one in sessions}
    if not any(workshop.is_for_age(person.age_on(day)) for day in days):
        raise WrongAge(ages=ages_of(workshop))


def ages_of(workshop: Workshop) -> str:
    if workshop.most_age is None:
        return _("from %(least)s years on") % {"least": workshop.least_age or 0}
    return f"{workshop.least_age or 0}–{workshop.most_age}"


def is_doubtful(workshop: Workshop, person: Person, sessions: Sequence[Session]) -> bool:
    """Whether on some date the age is the one about which the rule is ambiguous (D13)."""
    days = {day_of(one) for one in sessions}
    return any(workshop.is_doubtful(person.age_on(day)) for day in days)


def is_ever_doubtful(enrolment: Enrolment) -> bool:
    """The same of an enrolment, for one without an end within a year: a term is no longer."""
    doubtful = enrolment.group.workshop.doubtful_age
    last = enrolment.until_on or enrolment.from_on + YEAR
    first_age, last_age = map(enrolment.person.age_on, (enrolment.from_on, last))
    if doubtful is None or first_age is None or last_age is None:
        return False
    return first_age <= doubtful <= last_age


def told(person: Person, carer: Person | None, *, on: date) -> Person | None:
    """The carer who consented and is told; of an adult nobody beside herself. Raises NotACarer,
    NobodyToTell."""
    found = rules.carer_told(carer, [person], on=on)
    if found is None and person.is_child_on(on):
        raise NobodyToTell
    return found


def check_papers(group: Group, person: Person, first: Session) -> None:
    """D4. Raises NoEntryBasis, GeneralAccessEnded."""
    service = group.workshop.service
    entitled = scheduling_selectors.entitlements(service.public_id, [person.public_id]).answer()
    rules.check_entry(service, entitled, starts_at=first.booking.starts_at)
