"""Commands on what workshops stand on: to whom somebody belongs."""

from datetime import date

from django.db import transaction

from people.models import Person, User
from workshops.models import Belonging


@transaction.atomic
def note_belonging(
    person: Person, audience: str, *, from_on: date, until_on: date | None, by: User
) -> Belonging:
    """From a date to another, both included; noting it again changes its dates."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    found = Belonging.objects.filter(person=person, audience=audience, until_on=None).first()
    known = found or Belonging(person=person, audience=audience)
    known.from_on, known.until_on, known.noted_by = from_on, until_on, by
    known.save()
    return known
