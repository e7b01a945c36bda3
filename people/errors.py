"""What people and cases refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class CaseNumberTaken(DomainError):
    code = "case_number_taken"
    sentence = _("There is already a case with this number in the centre. Choose another.")
