"""What the domain refuses, and why. None of this knows HTTP: config/problems.py does."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request the house's rules refuse.

    `code` is stable and machine-readable; `sentence` is translatable and tells a person what
    to do next; `facts` are the plain values (ids, instants) worth handing over. No fact and no
    sentence names a person, a phone or an address.
    """

    code: ClassVar[str]
    sentence: ClassVar[str | Promise]

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence) % self.facts


class NotFound(DomainError):
    """Unknown, or another centre's: the two are never told apart (D39)."""

    code = "not_found"
    sentence = _("There is nothing like that in your centre, or it is not yours to see.")


class NotAllowed(DomainError):
    """The caller's role does not include this."""

    code = "not_allowed"
    sentence = _("Your role does not include this. Ask your coordinator.")


class StaleVersion(DomainError):
    """Somebody changed it since the caller read it."""

    code = "stale_version"
    sentence = _("Somebody changed this meanwhile (it is now version %(version)s). Read it again.")


class KeyReused(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"
    sentence = _("This Idempotency-Key was already used for a different request.")


class InvalidLocalTime(DomainError):
    """A wall-clock time that does not exist: the spring gap (D38)."""

    code = "nonexistent_local_time"
    sentence = _("%(local)s does not exist: the clocks go forward that night.")


class AmbiguousLocalTime(DomainError):
    """A wall-clock time that happens twice, and nobody said which: the autumn overlap."""

    code = "ambiguous_local_time"
    sentence = _(
        "%(local)s happens twice that night. Say whether the first (fold 0) or second (fold 1)."
    )
