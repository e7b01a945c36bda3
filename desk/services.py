"""Commands of several packages in one transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from people.models import Case, Household
from people.services import open_case
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
