"""School vacations on the page of hours: two buttons, and what they change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from base import clock
from desk.pages import accepted
from desk.workshop_forms import ForgetVacationForm, VacationForm
from people.policies import MANAGES_RESOURCES, Staff, require
from scheduling import policies, vacations
from scheduling.models import Booking, SchoolVacation

ACTS = ("vacation", "forget-vacation")


class Vacations:
    """What one reader sees of them, and what her button did."""

    def __init__(self, request: HttpRequest, staff: Staff) -> None:
        self.request, self.staff = request, staff
        self.runs = staff.centres_where(MANAGES_RESOURCES)
        self.act = request.POST.get("act", "")
        posted = request.POST if self.act == "vacation" else None
        self.form = VacationForm(posted, staff=staff) if self.runs else None

    def carried_out(self) -> bool:
        """Raises NotAllowed."""
        require(self.form is not None)
        assert self.form is not None
        return self.forgotten() if self.act == "forget-vacation" else self.added(self.form)

    def added(self, form: VacationForm) -> bool:
        if not form.is_valid():
            return False
        asked, centre_id = form.cleaned_data, form.centre_id()
        require(policies.may_set_hours(self.staff, centre_id))
        made = accepted(
            form,
            lambda: vacations.add_vacation(
                centre_id, asked["name"], asked["from_on"], asked["until_on"]
            ),
        )
        if made is None:
            return False
        messages.success(self.request, _("Added. Groups that are opened from now on skip it."))
        held = booked_on(made)
        if held:
            words = ngettext(
                "%(n)s session of a group in term time is booked on those days already. Cancel it "
                "if it will not be held.",
                "%(n)s sessions of groups in term time are booked on those days already. Cancel "
                "those that will not be held.",
                held,
            )
            messages.warning(self.request, words % {"n": held})
        return True

    def forgotten(self) -> bool:
        form = ForgetVacationForm(self.request.POST, staff=self.staff)
        if not form.is_valid():
            messages.error(self.request, _("This vacation is gone already."))
            return True
        vacations.forget_vacation(form.cleaned_data["vacation"])
        words = _("Deleted. Groups that are opened from now on meet on those days.")
        messages.success(self.request, words)
        return True

    def context(self) -> dict[str, Any]:
        ahead = SchoolVacation.objects.filter(
            centre__in=self.staff.centre_ids, until_on__gte=clock.today()
        )
        return {
            "vacations": ahead.select_related("centre").order_by("from_on", "pk"),
            "vacation": self.form,
            "runs": self.runs,
            "several_centres": len(self.staff.centre_ids) > 1,
        }


def booked_on(vacation: SchoolVacation) -> int:
    """Sessions ahead of groups that meet in term time."""
    begins = max(clock.midnight(vacation.from_on), clock.now())
    return Booking.objects.filter(
        centre=vacation.centre_id,
        kind=Booking.Kind.SESSION,
        status=Booking.Status.CONFIRMED,
        term__series__in_term_time=True,
        starts_at__gte=begins,
        starts_at__lt=clock.day_bounds(vacation.until_on)[1],
    ).count()
