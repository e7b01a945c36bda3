"""What the page of a person foretells, to whom, and after her safe hours changed."""

from datetime import time, timedelta

import pytest

from base import clock
from notifications.models import Reminder
from notifications.planning import Hindrance
from notifications.selectors import ahead_for, of_booking
from people.models import KinshipWall
from people.policies import staff
from people.services import update_contact_card
from scheduling import services
from scheduling.models import Booking, Modality
from scheduling.planning import Wish
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import browser
from tests.support.houses import House

pytestmark = pytest.mark.django_db

THURSDAY = MONDAY + timedelta(days=10)


def book(own: House, *people, hour: int = 10, **fields) -> Booking:
    wish = Wish(own.service, at(THURSDAY, hour), own.specialist, people, Modality.ON_SITE, **fields)
    return services.book(wish, by=own.staff["coordinator"])


def foretold(own: House, role: str, someone) -> set[tuple[int, int]]:
    """Booking and recipient."""
    prospects = ahead_for(staff(own.staff[role]), someone)
    return {(p.reminder.booking_id, p.reminder.recipient_id) for p in prospects}


def test_page_tells_nothing_of_whom_the_reader_is_walled_from(own):
    """D12: the other family is kin to the psychologist; this one's case is hers."""
    building.case(own.father, services=[own.service])
    KinshipWall.objects.create(user=own.staff["psychologist"], household=own.father.household)
    own.pair.delete()
    wish = Wish(
        own.service, at(THURSDAY, 10), own.colleague, (own.mother, own.father), Modality.ON_SITE
    )
    KinshipWall.objects.filter(user=own.colleague.user).delete()
    services.book(wish, by=own.staff["coordinator"])
    text = browser(own.staff["psychologist"]).get(f"/people/{own.mother.public_id}/").text

    assert own.mother.full_name in text
    assert own.father.full_name not in text


def test_only_reminders_to_the_person_herself_are_foretold(own):
    own.pair.delete()
    building.case(own.father, services=[own.service])
    booking = book(own, own.mother, own.father)

    told = {pair for pair in foretold(own, "manager", own.mother) if pair[0] == booking.pk}
    assert told == {(booking.pk, own.mother.pk)}


def test_reminder_about_a_child_is_foretold_with_the_child_and_its_carer(own):
    booking = book(own, own.child, carer=own.mother)

    for someone in (own.child, own.mother):
        assert (booking.pk, own.mother.pk) in foretold(own, "manager", someone)


def due(booking: Booking) -> list[tuple[str, str, str]]:
    """Kind, status, and when or why not, the earlier first."""
    return [
        (r.kind, r.status, r.why or f"{clock.local(r.due_at):%a %H:%M}")
        for r in Reminder.objects.filter(booking=booking).order_by("-kind")
    ]


def hours(own: House, opens: time, closes: time) -> None:
    update_contact_card(own.mother, by=own.staff["psychologist"], hours=(opens, closes))


def test_changed_safe_hours_bring_the_reminders_earlier(own):
    booking = book(own, own.mother)
    assert due(booking) == [("72h", "planned", "Mon 10:00"), ("24h", "planned", "Wed 10:00")]

    hours(own, time(18), time(19, 30))

    assert due(booking) == [("72h", "planned", "Sun 19:15"), ("24h", "planned", "Tue 19:15")]


def test_hours_in_which_nothing_may_be_sent_silence_the_reminders_until_they_change(own):
    booking = book(own, own.mother)

    hours(own, time(21), time(23))
    assert due(booking) == [
        ("72h", "silent", Hindrance.OUTSIDE_HOURS), ("24h", "silent", Hindrance.OUTSIDE_HOURS),
    ]  # fmt: skip

    hours(own, time(9), time(20))
    assert due(booking) == [("72h", "planned", "Mon 10:00"), ("24h", "planned", "Wed 10:00")]


@pytest.mark.parametrize("status", ["sending", "sent", "unknown", "failed", "dropped"])
def test_what_has_begun_to_leave_is_not_planned_anew(own, status):
    booking = book(own, own.mother)
    Reminder.objects.filter(booking=booking).update(status=status)

    hours(own, time(18), time(19, 30))

    assert [row[1] for row in due(booking)] == [status, status]


def test_card_saved_without_new_hours_leaves_the_plan_alone(own):
    booking = book(own, own.mother)
    before = due(booking)

    with clock.frozen(at(THURSDAY - timedelta(days=3), 10, 1)):  # due, and not sent yet
        update_contact_card(own.mother, by=own.staff["psychologist"], wording="plain")

    assert due(booking) == before


def test_silence_about_an_hour_that_was_moved_is_not_told_again(own):
    booking = book(own, own.mother)
    hours(own, time(21), time(23))
    services.reschedule_booking(booking, starts_at=at(THURSDAY, 14), by=own.staff["coordinator"])

    versions = [p.reminder.schedule_version for p in of_booking(booking)]
    assert versions == [2, 2, 2]


def test_card_saved_while_a_text_waits_for_the_operator_does_not_silence_it(own):
    """D33: the operator was busy, so it is due again in a minute."""
    booking = book(own, own.mother)
    later = at(THURSDAY - timedelta(days=3), 10, 1)
    Reminder.objects.filter(booking=booking, kind="72h").update(due_at=later)

    with clock.frozen(later):
        update_contact_card(own.mother, by=own.staff["psychologist"], wording="plain")

    assert due(booking)[0] == ("72h", "planned", "Mon 10:01")
