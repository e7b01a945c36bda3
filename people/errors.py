"""What people and cases refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class NoNumber(DomainError):
    """There is nothing to verify."""

    code = "no_number"
    sentence = _("There is no phone on the card. Write it down first.")


class CaseNumberTaken(DomainError):
    code = "case_number_taken"
    sentence = _("There is already a case with this number in the centre. Choose another.")


class Walled(DomainError):
    """D12: the colleague is kin to the family."""

    code = "walled"
    sentence = _("This specialist cannot work with this family. Choose a colleague.")
