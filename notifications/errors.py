"""What notifications refuse."""

from django.utils.translation import gettext_lazy as _

from base.errors import DomainError


class MayNotText(DomainError):
    """Not even a code may go there (D27): `why` is a code of Silence."""

    code = "may_not_text"
    sentence = _("No text may go there: record the phone and her consent first, or call her.")


class TooManyCodes(DomainError):
    code = "too_many_codes"
    sentence = _("Three codes have left within the hour. Call the number instead and hear her.")


class NoCodeAsked(DomainError):
    """There is none, it expired, or it was tried too often."""

    code = "no_code_asked"
    sentence = _("There is no code that still holds. Send a new one.")


class WrongCode(DomainError):
    code = "wrong_code"
    sentence = _("That is not the code on her telephone. Let her read it again.")


class NothingToResend(DomainError):
    """Only what failed, is unknown or waits for a person may be sent by hand."""

    code = "nothing_to_resend"
    sentence = _("This text cannot be sent again by hand. Call her if she must know.")


class MayHaveLeft(DomainError):
    """The operator's list holds it, or a text like it."""

    code = "may_have_left"
    sentence = _("It has left after all: the operator has it. Nothing was sent again.")


class NobodyKnows(DomainError):
    """The operator does not answer, so sending again might send it twice."""

    code = "nobody_knows"
    sentence = _("The operator does not answer now. Try again later, or call her.")
