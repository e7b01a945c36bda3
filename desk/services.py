"""Commands of several packages in one transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from people.models import Case, EntryBasis, Household
from people.services import add_document, open_case
from scheduling.models import Service
from scheduling.services import authorise


@transaction.atomic
def open_case_for(household: Household, services: Sequence[Service], **facts: Any) -> Case:
    """A case whose first document authorises these services (D4); `facts` as `open_case`.

    Raises CaseNumberTaken.
    """
    case = open_case(household, **facts)
    for basis in case.entry_bases.all():
        authorise(basis, services)
    return case


@transaction.atomic
def add_document_to(case: Case, services: Sequence[Service], **facts: Any) -> EntryBasis:
    """Another document of a case, and what it authorises (D4). Raises CaseIsClosed."""
    return authorise(add_document(case, **facts), services)
