"""The buttons beside a child on a group's page: the form each reads, what it does, what is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from base import clock
from desk.group_forms import (
    AcceptForm,
    EnrolmentForm,
    PauseForm,
    ReasonForm,
    ResumeForm,
    WithdrawForm,
)
from people.policies import Staff
from people.selectors import not_found
from workshops import enrolling, lookup, offers, pausing
from workshops.models import Enrolment, Group, Step
from workshops.story import detail

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = Enrolment.Status


@dataclass(frozen=True)
class Act:
    """`run` takes the enrolment, what was asked by name, and `by` and `version`."""

    form: type[EnrolmentForm]
    run: Callable[..., Enrolment]
    said: "StrOrPromise"

    @property
    def is_typed(self) -> bool:
        """Whether there is something that a refusal must not lose."""
        return self.form is not EnrolmentForm


ACTS: Mapping[str, Act] = {
    "accept": Act(AcceptForm, enrolling.accept, _("Accepted.")),
    "decline": Act(ReasonForm, enrolling.decline, _("Not accepted; the reason is kept.")),
    "take": Act(EnrolmentForm, offers.take, _("The place is taken: welcome.")),
    "refuse": Act(EnrolmentForm, offers.refuse, _("The place is offered to whoever is next.")),
    "skip": Act(ReasonForm, offers.skip, _("Passed over, until somebody says otherwise.")),
    "unskip": Act(EnrolmentForm, offers.unskip, _("No longer passed over.")),
    "pause": Act(PauseForm, pausing.pause, _("The pause is noted.")),
    "resume": Act(ResumeForm, pausing.resume, _("Comes again; or waits first, if it is full.")),
    "withdraw": Act(WithdrawForm, enrolling.withdraw, _("Withdrawn. Whoever waits is asked next.")),
}

WHEN: Mapping[str, frozenset[str]] = {
    Status.PROPOSED: frozenset({"accept", "decline", "withdraw"}),
    Status.WAITING: frozenset({"accept", "decline", "skip", "unskip", "withdraw"}),
    Status.OFFERED: frozenset({"take", "refuse", "skip", "withdraw"}),
    Status.ENROLLED: frozenset({"pause", "resume", "withdraw"}),
}


@dataclass
class Child:
    """One enrolment on the page, with the forms of what may be done now."""

    enrolment: Enrolment
    missed: list[datetime]
    forms: dict[str, EnrolmentForm] = field(default_factory=dict)

    @property
    def pauses(self) -> list[Any]:
        today = clock.today()
        found = self.enrolment.pauses.all()
        return [one for one in found if one.until_on is None or one.until_on >= today]

    @property
    def on_doubtful_age(self) -> int | None:
        """The age about which the workshop's rule is ambiguous (D13), if it is hers."""
        one = self.enrolment
        ages = {one.person.age_on(day) for day in (one.from_on, clock.today())}
        return next(filter(one.group.workshop.is_doubtful, ages), None)

    @property
    def story(self) -> list[tuple[Step, str]]:
        return [(step, detail(step)) for step in self.enrolment.steps.all()]

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.forms.values())


def forms_for(
    request: HttpRequest, staff: Staff, enrolment: Enrolment, *, has_pause: bool
) -> dict[str, EnrolmentForm]:
    """A form for each button; the one that was pressed is bound."""
    names = set(WHEN.get(enrolment.status, frozenset()))
    if enrolment.accepted_at:
        names -= {"accept", "decline"}
    if enrolment.status == Status.WAITING:
        names -= {"skip"} if enrolment.skip_reason else {"unskip"}
    if not has_pause:
        names -= {"resume"}
    return {name: form_for(request, staff, enrolment, name) for name in ACTS if name in names}


def form_for(request: HttpRequest, staff: Staff, enrolment: Enrolment, name: str) -> EnrolmentForm:
    pressed = request.POST.get("act") == name
    is_hers = request.POST.get("enrolment") == str(enrolment.public_id)
    return ACTS[name].form(
        request.POST if pressed and is_hers else None,
        staff=staff,
        auto_id=f"{name}-{enrolment.pk}_%s",
        initial={"on": clock.today(), "from_on": clock.today()},
    )


def named(staff: Staff, group: Group, form: EnrolmentForm) -> Enrolment:
    """Whom a pressed button means. Raises NotFound, NotAllowed."""
    found = lookup.enrolment_in_own_group(staff, form.cleaned_data["enrolment"])
    return found if found.group_id == group.pk else not_found("enrolment")


def command(act: Act, enrolment: Enrolment, form: EnrolmentForm) -> Callable[[], object]:
    asked = dict(form.cleaned_data)
    del asked["enrolment"]
    return lambda: act.run(enrolment, by=form.staff.user, **asked)
