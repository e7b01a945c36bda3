"""The text of events: by meaning what icalendar writes of the same; each made once, and told in
pieces."""

import json
import subprocess
import tracemalloc
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from base import clock
from base.clock import local
from scheduling import feed_texts, feeds, ical, services
from scheduling.feed_events import CANCELLED, CONFIRMED, TENTATIVE, FeedEvent
from scheduling.intervals import instant_of
from scheduling.models import Booking, Service
from scheduling.texts import Keeper
from tests.scheduling.test_api import TEN, TUESDAY, monday_at_eight, office, subscribe
from tests.scheduling.test_feeds import READER
from tests.support import tools
from tests.support.building import at

__all__ = ["monday_at_eight", "office"]

STATUS = {CANCELLED: "CANCELLED", TENTATIVE: "TENTATIVE", CONFIRMED: "CONFIRMED"}


def by_icalendar(event: FeedEvent) -> bytes:
    made = Event()
    made.add("uid", f"{event.uid}@pristan")
    made.add("sequence", event.sequence)
    made.add("dtstamp", event.changed_at)
    made.add("dtstart", local(event.starts_at))
    made.add("dtend", local(event.ends_at))
    made.add("summary", event.title or "заето")
    made.add("class", "PRIVATE")
    made.add("status", STATUS[event.state])
    made.add("transp", "TRANSPARENT" if event.state == CANCELLED else "OPAQUE")
    return made.to_ical()


def by_us(event: FeedEvent) -> bytes:
    with override("bg"):
        return ical.vevent(event)


def unfolded(text: bytes) -> bytes:
    return text.replace(b"\r\n ", b"")


def event(title: str = "ПсК", starts_at: datetime = TEN) -> FeedEvent:
    return FeedEvent(
        str(UUID(int=7)), 3, CONFIRMED, starts_at, starts_at + timedelta(minutes=50), title, TEN
    )


letters = st.characters(exclude_categories=["Cs", "Cc"])
instants = st.integers(852_076_800, 4_102_444_800).map(instant_of)
events = st.builds(
    FeedEvent,
    uid=st.uuids().map(str),
    sequence=st.integers(0, 2**18),
    state=st.sampled_from([CANCELLED, TENTATIVE, CONFIRMED]),
    starts_at=instants,
    ends_at=instants,
    title=st.text(st.one_of(letters, st.sampled_from(";,\\\n:\"'")), max_size=120),
    changed_at=instants,
)


@given(events)
@example(event("а" * 120))
@example(event("\\;,\n"))
@example(event("x" * 67))
def test_an_event_is_what_icalendar_writes(one):
    if not (local(one.starts_at).fold or local(one.ends_at).fold or "\\N" in one.title):
        assert unfolded(by_us(one)) == unfolded(by_icalendar(one))


@given(events)
@example(event("а" * 120))
@example(event("щ" + "x" * 200))
@example(event("x" + "щ" * 120))
def test_no_line_is_longer_than_75_octets_nor_broken_within_a_letter(one):
    lines = by_us(one).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)


def test_a_line_of_75_octets_is_not_folded():
    assert b"\r\n " not in by_us(event("x" * 67))
    assert b"\r\n " in by_us(event("x" * 68))


def test_control_characters_end_no_line():
    text = by_us(event("a\rb\x00c\x1fd\r\ne"))
    assert b"SUMMARY:abcd\\ne\r\n" in text


def test_the_second_of_two_equal_hours_is_told_in_utc():
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    (read,) = Calendar.from_ical(ical.head() + by_us(event("x", second)) + ical.TAIL).walk("VEVENT")
    assert read["DTSTART"].dt.astimezone(UTC) == second


@pytest.mark.needs_node
@pytest.mark.parametrize("title", ["Психология; деца, \\ и\nродители", "щ" * 120, "x" * 200])
def test_ical_js_and_icalendar_read_the_same(title):
    text = ical.head() + by_us(event(title)) + ical.TAIL
    done = subprocess.run(
        [str(tools.node()), str(READER)],
        input=text,
        capture_output=True,
        check=True,
        cwd=tools.ROOT,
    )
    (js,) = json.loads(done.stdout)
    (read,) = Calendar.from_ical(text).walk("VEVENT")

    assert js["summary"] == str(read["SUMMARY"]) == title
    assert datetime.fromisoformat(js["starts_at"]) == read["DTSTART"].dt == TEN
    assert js["uid"] == str(read["UID"])


# Texts made once


@pytest.fixture
def made(monkeypatch):
    """Starts of the events that were written, in turn."""
    monkeypatch.setattr(feed_texts, "keeper", Keeper(most=100))
    told, write = [], ical.vevent

    def telling(one):
        told.append(one.starts_at)
        return write(one)

    monkeypatch.setattr(ical, "vevent", telling)
    return told


def test_an_event_is_written_once(office, made):
    office.booked(TEN)
    office.booked(at(TUESDAY, 12))
    feed = subscribe(office)
    assert feed.poll().getvalue() == feed.poll().getvalue()
    assert made == [TEN, at(TUESDAY, 12)]


def test_after_a_change_only_that_event_is_written_again(office, made):
    office.booked(TEN)
    moved = office.booked(at(TUESDAY, 12))
    feed = subscribe(office)
    feed.poll().getvalue()
    made.clear()

    office.move(moved, "reschedule", {"starts_at": at(TUESDAY, 14).isoformat()})
    feed.poll().getvalue()

    assert made == [at(TUESDAY, 14)]


def test_readers_share_what_they_see_alike(office, made):
    office.booked(TEN)
    subscribe(office, "busy").poll().getvalue()
    subscribe(office, "discreet").poll().getvalue()
    subscribe(office, "busy").poll().getvalue()
    assert made == [TEN, TEN]


def test_a_renamed_service_is_told_at_once(office, made):
    office.booked(TEN)
    feed = subscribe(office)
    feed.poll().getvalue()
    Service.objects.update(initials="НОВ")

    assert [str(one["SUMMARY"]) for one in feed.events()] == ["НОВ"]


def test_no_more_than_so_many_texts_of_a_feed_are_kept(office, made, monkeypatch):
    monkeypatch.setattr(feed_texts, "MOST_OF_ONE", 1)
    office.booked(TEN)
    office.booked(at(TUESDAY, 12))
    feed = subscribe(office)

    assert feed.poll().getvalue() == feed.poll().getvalue()
    assert made == [TEN, at(TUESDAY, 12)] * 2


def test_retiring_a_hold_changes_no_byte(office):
    """Its expiry has changed the tag already; nobody's calendar is touched by the retiring."""
    office.booked(hold=True)
    feed = subscribe(office)
    with clock.frozen(clock.now() + timedelta(minutes=40)):
        before = feed.poll()
        services.expire_holds()
        Booking.objects.get(status=Booking.Status.EXPIRED)
        after = feed.poll()
    assert after.getvalue() == before.getvalue()


def test_an_outcome_changes_the_tag_with_the_text(office):
    booking = office.booked()
    feed = subscribe(office)
    with clock.frozen(at(TUESDAY, 12)):
        before = feed.poll()
        office.move(
            booking,
            "outcome",
            {"outcomes": [{"person": office.mother.public_id, "outcome": "attended"}]},
        )
        after = feed.poll()
    assert after.getvalue() != before.getvalue()
    assert after.headers["ETag"] != before.headers["ETag"]


# In pieces

FIRST = at(TUESDAY, 0)

BLOCKS = """
    WITH booking AS (
        INSERT INTO scheduling_booking
               (public_id, kind, centre_id, modality, status, version, schedule_version, starts_at,
                ends_at, without_papers, block_reason, cancelled_by, cancel_reason, created_by_id,
                created_at)
        SELECT gen_random_uuid(), 'block', %(centre)s, '', 'confirmed', 1, 1,
               %(first)s + n * interval '5 minutes', %(first)s + (n + 1) * interval '5 minutes',
               '', 'other', '', '', %(by)s, %(first)s
          FROM generate_series(0, %(number)s - 1) n
        RETURNING id, starts_at, ends_at
    ), change AS (
        INSERT INTO scheduling_change (booking_id, what, by_id, at, version, facts)
        SELECT id, 'blocked', %(by)s, %(first)s, 1, '{}' FROM booking
    )
    INSERT INTO scheduling_allocation (booking_id, resource_id, part, lane, period, active)
    SELECT id, %(resource)s, 'blocked', 1, tstzrange(starts_at, ends_at), true FROM booking
"""


def crowd(office, number: int, *, first: datetime = FIRST) -> None:
    """So many blocks of the specialist's, five minutes each."""
    with connection.cursor() as cursor:
        cursor.execute(
            BLOCKS,
            {
                "number": number,
                "centre": office.centre.pk,
                "by": office.coordinator.pk,
                "resource": office.lead.pk,
                "first": first,
            },
        )


@pytest.mark.parametrize("number", [0, 499, 500, 501, 1999, 2000, 2001, 4321])
def test_a_feed_in_pieces_is_whole_and_in_order(office, number):
    crowd(office, number)
    starts = [one["DTSTART"].dt for one in subscribe(office, "busy").events()]
    assert starts == [FIRST + n * timedelta(minutes=5) for n in range(number)]


def test_a_feed_that_nobody_reads_to_its_end_leaves_nothing_open(office):
    crowd(office, 4321)
    found = feeds.subscription(subscribe(office, "busy").token)
    assert found
    feed_texts.Text(found).close()
    connection.set_rollback(False)  # the test's own transaction has heard of the closing
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name = 'stream'")
        assert cursor.fetchone() == (0,)


@pytest.mark.full
def test_a_hundred_thousand_events_take_ten_megabytes_at_most(office, monkeypatch):
    monkeypatch.setattr(feed_texts, "keeper", Keeper(most=20_000))
    crowd(office, 100_000)
    feed = subscribe(office, "busy")
    tracemalloc.start()
    told = sum(piece.count(b"BEGIN:VEVENT") for piece in feed.poll())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told == 100_000
    assert most < 10_000_000
