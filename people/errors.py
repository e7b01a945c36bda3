"""What people and cases refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class NoNumber(DomainError):
    """There is nothing to verify."""

    code = "no_number"
    sentence = _("There is no phone on the card. Write it down first.")


class NumberChanged(DomainError):
    """Somebody wrote another number on the card since it was read."""

    code = "number_changed"
    sentence = _("The number on the card is another one by now. Look at it and call again.")


class CaseIsClosed(DomainError):
    code = "case_is_closed"
    sentence = _("This case is closed. Open a new one for the family.")


class NotAChild(DomainError):
    """Carers are recorded for children; an unknown birth date is read as an adult's."""

    code = "not_a_child"
    sentence = _("Only a child has carers. Write down the date of birth first.")


class CarerIsAChild(DomainError):
    code = "carer_is_a_child"
    sentence = _("A carer is an adult. Choose somebody who is 18 or older.")


class AlreadyRecorded(DomainError):
    code = "already_recorded"
    sentence = _("This is recorded already.")


class OnePerson(DomainError):
    """A tie needs two people."""

    code = "one_person"
    sentence = _("These are one and the same person. Choose another.")


class CaseNumberTaken(DomainError):
    code = "case_number_taken"
    sentence = _("There is already a case with this number in the centre. Choose another.")


class Walled(DomainError):
    """D12: the colleague is kin to the family."""

    code = "walled"
    sentence = _("This specialist cannot work with this family. Choose a colleague.")
