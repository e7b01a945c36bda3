"""Whether people come more often when a text reminded them: counts, shares and how far they can be
trusted, by how long before the hour it was booked.

It is no experiment. Whom we may text differs from whom we may not, which no count can mend; and
one family is counted each time it comes, so the true intervals are wider than those given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base import clock
from base.rows import Question
from notifications.proportions import Estimate, newcombe, wilson
from people.models import ADULT_AGE, Centre
from scheduling.models import Participation

LONGEST = timedelta(days=366)
"""How much is counted at once."""

SMALL = 5
"""Smaller counts are not told outside the centre (D40)."""

NOTE = _(
    "This is not an experiment: the families who may be texted differ from those who may not, and "
    "a family that comes often is counted each time. A difference shows where to look, not what "
    "the text has done."
)

Outcome = Participation.Outcome


class Lead(models.TextChoices):
    """How many days of Sofia's calendar before the hour it was booked. A later move of the hour
    does not change when it was booked."""

    SAME_DAY = "0", _("the same day")
    DAYS_1 = "1-2", _("1–2 days before")
    DAYS_3 = "3-6", _("3–6 days before")
    DAYS_7 = "7-13", _("7–13 days before")
    DAYS_14 = "14-27", _("14–27 days before")
    DAYS_28 = "28-", _("28 days before, or more")


class Told(models.TextChoices):
    """What came of the texts about the schedule that held in the end, to the person or, for a
    child, to the carer who is named on the booking; the best of them counts."""

    DELIVERED = "delivered", _("the text was delivered")
    SENT = "sent", _("the text was sent, and nobody said whether it arrived")
    UNCLEAR = "unclear", _("the text may have left or not")
    NOT = "not", _("no text left before the hour")


class Came(models.TextChoices):
    """Outcomes as they are counted here; what the centre cancelled says nothing of the family."""

    ATTENDED = "attended", pgettext_lazy("people", "came")
    MISSED = "missed", _("did not come, or were not brought")
    EARLY = "early", _("cancelled by the family in time")
    LATE = "late", _("cancelled by the family late")


COUNTED: Mapping[str, Came] = {
    Outcome.ATTENDED: Came.ATTENDED,
    Outcome.DID_NOT_ATTEND: Came.MISSED,
    Outcome.NOT_BROUGHT: Came.MISSED,
    Outcome.CANCELLED_EARLY: Came.EARLY,
    Outcome.CANCELLED_LATE: Came.LATE,
}


@dataclass(frozen=True)
class Cell:
    """The outcomes of one group of people. `outside`: it is about to leave the centre."""

    attended: int = 0
    missed: int = 0
    early: int = 0
    late: int = 0
    outside: bool = False

    @property
    def share(self) -> Estimate | None:
        """Of those whose hour took place, how many came; None where the share would give away a
        small count."""
        if self.outside and min(self.attended, self.missed) < SMALL:
            return None
        return wilson(self.attended, self.attended + self.missed)

    @property
    def counts(self) -> dict[str, int | None]:
        """By Came; None stands for fewer than SMALL."""
        found = {came.value: int(getattr(self, came.value)) for came in Came}
        return {
            came: None if self.outside and number < SMALL else number
            for came, number in found.items()
        }

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(*(getattr(self, came) + getattr(other, came) for came in Came.values))


@dataclass(frozen=True)
class Line:
    """One lead time; of all together `lead` is None, and like is not compared with like."""

    lead: Lead | None
    cells: Mapping[Told, Cell]

    @property
    def reminded(self) -> Cell:
        return self._outside(self.cells[Told.DELIVERED] + self.cells[Told.SENT])

    @property
    def not_reminded(self) -> Cell:
        return self.cells[Told.NOT]

    @property
    def difference(self) -> Estimate | None:
        """The share of those who came, reminded less not reminded."""
        one, other = self.reminded.share, self.not_reminded.share
        return newcombe(one, other) if one and other and self.lead else None

    @property
    def is_empty(self) -> bool:
        return all(cell == Cell(outside=cell.outside) for cell in self.cells.values())

    @property
    def hides(self) -> bool:
        """Whether a count is too small to be told."""
        shown = (self.reminded, self.not_reminded, self.cells[Told.UNCLEAR])
        return any(None in cell.counts.values() for cell in shown)

    def _outside(self, cell: Cell) -> Cell:
        return replace(cell, outside=self.cells[Told.NOT].outside)


@dataclass(frozen=True)
class Range:
    """Hours of one centre from one date to another, the latter not included."""

    centre: Centre
    from_on: date
    to_on: date

    @property
    def params(self) -> dict[str, Any]:
        begins, ends = clock.midnight(self.from_on), clock.midnight(self.to_on)
        return {"centre": self.centre.pk, "begins": begins, "ends": ends}


@dataclass(frozen=True)
class Effect:
    """`total` is None where the other lines would give away what one of them hides."""

    of: Range
    outside: bool
    lines: list[Line]
    total: Line | None


SEATS = f"""
      FROM scheduling_booking booking
      JOIN scheduling_participation seat ON seat.booking_id = booking.id
      JOIN people_person person ON person.id = seat.person_id
     CROSS JOIN LATERAL (
        SELECT (booking.starts_at AT TIME ZONE 'Europe/Sofia')::date AS held_on,
               (booking.created_at AT TIME ZONE 'Europe/Sofia')::date AS booked_on
     ) day
     CROSS JOIN LATERAL (
        SELECT CASE WHEN held_on - booked_on < 1 THEN '0'
                    WHEN held_on - booked_on < 3 THEN '1-2'
                    WHEN held_on - booked_on < 7 THEN '3-6'
                    WHEN held_on - booked_on < 14 THEN '7-13'
                    WHEN held_on - booked_on < 28 THEN '14-27'
                    ELSE '28-' END AS lead
     ) ahead
     CROSS JOIN LATERAL (
        SELECT CASE max(CASE
                 WHEN reminder.status = 'sent' AND delivery.status = 'delivered' THEN 3
                 WHEN reminder.status = 'sent' AND delivery.id IS NOT NULL THEN 2
                 WHEN reminder.why = 'told_already' THEN 2
                 WHEN reminder.status IN ('sending', 'unknown') THEN 1
               END) WHEN 3 THEN 'delivered' WHEN 2 THEN 'sent' WHEN 1 THEN 'unclear' ELSE 'not' END
               AS told
          FROM notifications_reminder reminder
          LEFT JOIN notifications_delivery delivery
            ON delivery.reminder_id = reminder.id AND delivery.sid <> ''
           AND delivery.claimed_at < booking.starts_at
           AND delivery.status NOT IN ('undelivered', 'failed', 'canceled')
         WHERE reminder.booking_id = booking.id
           AND reminder.schedule_version = booking.schedule_version
           AND reminder.kind IN ('72h', '24h')
           AND (reminder.recipient_id = person.id
                OR reminder.recipient_id = booking.carer_id
                AND person.birth_on > day.held_on - interval '{ADULT_AGE} years')
     ) text
     WHERE booking.centre_id = %(centre)s AND booking.kind = 'consultation'
       AND booking.starts_at >= %(begins)s AND booking.starts_at < %(ends)s
       AND seat.outcome IN ('attended', 'did_not_attend', 'not_brought',
                            'cancelled_early', 'cancelled_late')
"""  # noqa: S608 - constants
"""Everybody whose hour lies in the range and who had a say in what came of it. Texts are looked up
hour by hour, by the key that makes them unique: nothing outside the range is read. A text that was
taken by the operator expires at the start, so when it was claimed tells that it came before."""

COUNTS = f"SELECT lead, told, seat.outcome, count(*) {SEATS} GROUP BY 1, 2, 3"

BEHIND = f"""
    SELECT booking.id {SEATS}
       AND lead = %(lead)s AND told = ANY(%(told)s) AND seat.outcome = ANY(%(outcomes)s)
     GROUP BY booking.id ORDER BY booking.starts_at DESC, booking.id DESC
"""
"""Bookings, each once, however many of its people are counted."""


def effect(of: Range, *, outside: bool = False) -> Effect:
    """The counts of a range; `outside`, as they may leave the centre (D40)."""
    found: list[Any] = Question(COUNTS, of.params, list).answer()
    lines = [line_of(lead, found, outside=outside) for lead in Lead]
    total = Line(None, {told: summed(line.cells[told] for line in lines) for told in Told})
    hidden = outside and any(line.hides for line in lines)
    return Effect(of, outside, lines, None if hidden else total)


def line_of(lead: Lead, found: Iterable[tuple[str, str, str, int]], *, outside: bool) -> Line:
    numbers = {told: dict.fromkeys(Came.values, 0) for told in Told}
    for at, told, outcome, number in found:
        if at == lead:
            numbers[Told(told)][COUNTED[outcome].value] += number
    return Line(lead, {told: Cell(**those, outside=outside) for told, those in numbers.items()})


def summed(cells: Iterable[Cell]) -> Cell:
    return sum(cells, Cell())


def behind(of: Range, *, lead: Lead, told: Iterable[Told], came: Came) -> list[int]:
    """The ids of the bookings that one count is of, the latest first."""
    outcomes = [outcome for outcome, counted in COUNTED.items() if counted == came]
    asked = {"lead": lead.value, "told": [one.value for one in told], "outcomes": outcomes}
    found: list[Any] = Question(BEHIND, of.params | asked, list).answer()
    return [key for (key,) in found]
