"""The parent's link as a phone gets it: what it shows, what it does, and what it never does."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import icalendar
import pytest
from django.conf import settings
from django.db import connection

from base import clock
from base.models import Task
from notifications import guesses, links
from notifications.models import AppointmentLink, WrongGuess
from people.models import Centre, ContactCard, Person, Role
from scheduling import services
from scheduling.models import Booking, Change, Modality, Participation, Resource, Service
from scheduling.planning import Wish
from tests.support import building, calling
from tests.support.building import MONDAY, at

pytestmark = pytest.mark.django_db

NOW = at(MONDAY, 8)
FRIDAY = MONDAY + timedelta(days=4)
THURSDAY = MONDAY + timedelta(days=3)
Outcome = Participation.Outcome
Status = Booking.Status


@pytest.fixture(autouse=True)
def monday_at_eight():
    with clock.frozen(NOW):
        yield


@dataclass
class Family:
    """A mother with an hour on Friday at ten, and a link to it in her phone."""

    service: Service
    lead: Resource
    mother: Person
    booking: Booking
    token: str
    by: Any

    @property
    def path(self) -> str:
        return f"/v/{self.token}/"

    def get(self, path: str = "", **headers: str) -> Any:
        return calling.browser().get(f"{self.path}{path}", headers=headers)

    def post(self, path: str = "", **filled: Any) -> Any:
        version = Booking.objects.get(pk=self.booking.pk).schedule_version
        return calling.browser().post(f"{self.path}{path}", {"of": version} | filled)

    def answer(self, word: str, **filled: Any) -> Any:
        return self.post(answer=word, **filled)

    @property
    def fresh(self) -> Booking:
        return Booking.objects.get(pk=self.booking.pk)

    def link(self, **card: Any) -> "Family":
        """Another link, to a card that is changed so."""
        ContactCard.objects.filter(person=self.mother).update(**card)
        self.token = token_of(self.booking, self.mother)
        return self

    def move(self, hour: int) -> Booking:
        return services.reschedule_booking(self.fresh, starts_at=at(FRIDAY, hour), by=self.by)

    def cancel(self) -> Booking:
        return services.cancel_booking(self.fresh, by=self.by, party=Booking.Party.CENTRE)


def token_of(booking: Booking, recipient: Person) -> str:
    wording = ContactCard.objects.get(person=recipient).wording
    return links.link_for(booking, recipient, wording).rsplit("/", 2)[1]


@pytest.fixture
def family() -> Family:
    centre = building.centre()
    centre.public_name = "Пристан"
    centre.save()
    service = building.service(centre)
    lead = building.specialist(centre, [service])
    building.place(centre, [service])
    mother = building.person(centre)
    building.card(mother, allows_link=True)
    by = building.user(centre, Role.Name.COORDINATOR)
    booking = services.book(Wish(service, at(FRIDAY, 10), lead, (mother,), Modality.ON_SITE), by=by)
    return Family(service, lead, mother, booking, token_of(booking, mother), by)


def text(answer: Any) -> str:
    body = re.sub(r"<style.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\N{NO-BREAK SPACE}", " ").split())


def everything() -> dict[str, str]:
    """What every table holds."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = "\n".join(sorted(row for (row,) in cursor.fetchall()))
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
        return found


# --- The address -------------------------------------------------------------------------


def test_token_is_sixteen_signs_that_nobody_mistakes():
    tokens = {links.new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {16}
    assert set("".join(tokens)) & set("01oilaeuyOIL") == set()


def test_only_the_hash_of_a_token_is_kept(family):
    with connection.cursor() as cursor:
        kept = [
            table
            for table in connection.introspection.table_names()
            if cursor.execute(
                f"SELECT 1 FROM {table} t WHERE strpos(t::text, %s) > 0 LIMIT 1", [family.token]
            ).fetchone()
        ]

    assert kept == []


def test_address_is_short_and_neutral(family):
    address = links.link_for(family.booking, family.mother, "discreet")

    assert re.fullmatch(re.escape(settings.PUBLIC_URL) + r"/v/[2-9b-z]{16}/", address)


def test_several_links_of_one_booking_live(family):
    first = family.token
    family.link()

    assert [calling.browser().get(f"/v/{t}/").status_code for t in (first, family.token)] == [
        200,
        200,
    ]


# --- What is shown -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("bg", ["Петък,", "05.03.2027 г.", "в 10:00 ч.", "Ще дойда", "Не мога да дойда"]),
        ("en", ["Friday,", "at 10:00", "I will come", "I cannot come", "Please call me"]),
    ],
)
def test_page_says_when_in_her_language(family, language, said):
    page = family.link(language=language).get()

    assert [words for words in said if words not in text(page)] == []
    assert page["Content-Language"] == language
    assert f'<html lang="{language}">' in page.content.decode()


@pytest.mark.parametrize("wording", ContactCard.Wording.values)
@pytest.mark.parametrize("path", ["", "hours/", "stop/", "c.ics"])
def test_no_page_tells_names_or_service(family, wording, path):
    Service.objects.update(name="Тайнослов", family_may_move=True)
    Person.objects.update(given_name="Канарина", family_name="Жълтопера")
    page = family.link(wording=wording).get(path)

    telling = ["Тайнослов", "Канарина", "Жълтопера", family.lead.name, family.booking.centre.name]
    assert page.status_code == 200
    assert [word for word in telling if word in page.content.decode()] == []


@pytest.mark.parametrize(
    ("sent", "now", "told"),
    [
        ("discreet", "discreet", False),
        ("plain", "plain", False),
        ("full", "full", True),
        ("discreet", "full", False),  # the text did not say it
        ("full", "discreet", False),  # she wants less since
    ],
)
@pytest.mark.parametrize("path", ["", "hours/", "stop/"])
def test_centre_is_named_only_by_the_full_wording(family, path, sent, now, told):
    Service.objects.update(family_may_move=True)
    family.link(wording=sent)
    ContactCard.objects.update(wording=now)

    assert ("Пристан" in text(family.get(path))) is told


@pytest.mark.parametrize("name", ["Кризисен център", "Приют", "Krizisen tsentar"])
def test_a_public_name_that_would_tell_is_not_shown(family, name):
    family.link(wording="full")
    ContactCard.objects.update(wording="full")
    Centre.objects.update(public_name=name)

    assert name not in text(family.get())


def test_title_icon_and_headers_tell_nothing(family):
    page = family.get()
    content = page.content.decode()

    assert "<title>Напомняне</title>" in content
    assert '<link rel="icon" href="data:,">' in content
    assert {name: page[name] for name in ("Cache-Control", "Referrer-Policy")} == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    assert "noindex" in page["X-Robots-Tag"]
    assert 'href="https://www.google.bg/" rel="noreferrer noopener"' in content


def test_policy_is_strict_and_lets_this_style_alone(family):
    page = family.get()
    (nonce,) = re.findall(r'<style nonce="([^"]+)">', page.content.decode())
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))

    assert policy == {
        "default-src": "'none'",
        "style-src": f"'nonce-{nonce}'",
        "img-src": "data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


PATHS = ["", "hours/", "stop/", "c.ics"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_small_without_scripts_cookies_or_other_files(family, path):
    Service.objects.update(family_may_move=True)
    page = family.get(path)
    content = page.content.decode()

    assert len(page.content) < 15_000
    assert page.cookies == {}
    assert not re.search(r"<script|<img|<link rel=.stylesheet|\son\w+=|url\(|@import", content)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", PATHS)
def test_a_link_checker_changes_nothing_at_all(family, path, method):
    Service.objects.update(family_may_move=True)
    before = everything()

    answers = {
        getattr(calling.browser(), method)(f"{family.path}{path}").status_code for _ in range(3)
    }

    assert answers == {200}
    assert everything() == before


# --- What is answered --------------------------------------------------------------------


def test_will_come_is_kept_once(family):
    family.answer("come")
    with clock.frozen(NOW + timedelta(hours=1)):
        page = family.answer("come")

    link = AppointmentLink.objects.get()
    assert page.url == family.path
    assert (link.confirmed_at, link.answered_version) == (NOW, 1)
    assert "Казахте ни, че ще дойдете." in text(family.get())


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (at(THURSDAY, 9), Outcome.CANCELLED_EARLY),
        (at(THURSDAY, 11), Outcome.CANCELLED_LATE),
        (at(FRIDAY, 9), Outcome.CANCELLED_LATE),
    ],
)
def test_cannot_come_cancels_by_the_rule_of_the_house(family, now, outcome):
    with clock.frozen(now):
        family.answer("cannot")
        page = family.get()

    assert (family.fresh.status, family.fresh.cancelled_by) == (Status.CANCELLED, "client")
    assert list(family.booking.participations.values_list("outcome", flat=True)) == [outcome]
    assert page.status_code == 410
    assert "Благодарим" in text(page)


def test_cannot_come_twice_is_once(family):
    family.answer("cannot")
    before = everything()

    again = family.answer("cannot")

    assert again.status_code == 410
    assert everything() == before


def test_history_says_that_it_was_the_family(family):
    family.answer("cannot")

    change = family.booking.changes.get(what=Change.What.CANCELLED)
    assert (change.by, change.is_by_family) == (None, True)


def test_cannot_come_to_an_hour_that_has_begun_is_refused(family):
    with clock.frozen(family.booking.starts_at + timedelta(minutes=10)):
        page = family.answer("cannot")

    assert page.status_code == 409
    assert family.fresh.status == Status.CONFIRMED


@pytest.fixture
def shared(family) -> Family:
    """An hour with somebody of another family."""
    other = building.person(family.booking.centre)
    wish = Wish(
        family.service, at(FRIDAY, 13), family.lead, (family.mother, other), Modality.ON_SITE
    )
    family.booking = services.book(wish, by=family.by)
    return family.link()


def test_from_an_hour_with_others_only_she_stays_away(shared):
    shared.answer("cannot")
    shared.answer("cannot")

    tasks = list(Task.objects.values_list("kind", "about", "owner"))
    assert shared.fresh.status == Status.CONFIRMED
    assert tasks == [("cannot_come", f"booking:{shared.booking.public_id}", shared.by.pk)]
    assert "Казахте ни, че не можете да дойдете." in text(shared.get())


def test_the_last_word_counts(shared):
    words = []
    for minute, word in enumerate(["cannot", "come", "cannot"]):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            shared.answer(word)
            words.append(links.answer_of(AppointmentLink.objects.latest("pk")).said)

    assert words == ["cannot_come", "will_come", "cannot_come"]


def test_a_child_with_its_mother_is_hers_alone(family):
    child = building.person(
        family.booking.centre, household=family.mother.household, birth_on=date(2019, 5, 1)
    )
    building.carer(child, family.mother)
    wish = Wish(family.service, at(FRIDAY, 13), family.lead, (child,), Modality.ON_SITE)
    family.booking = services.book(wish, by=family.by)

    family.link().answer("cannot")

    assert family.fresh.status == Status.CANCELLED


def test_please_call_asks_the_lead_of_the_case_once(family):
    case = building.case(family.mother, services=[family.service])
    family.answer("call")
    Task.objects.update(done_at=NOW)
    family.answer("call")

    tasks = list(Task.objects.values_list("kind", "about", "owner"))
    assert tasks == [("call_asked", f"booking:{family.booking.public_id}", case.lead_id)]
    assert "Помолихте ни да Ви се обадим" in text(family.get())


def test_please_call_asks_whoever_booked_when_there_is_no_case(family):
    family.answer("call")

    assert Task.objects.get().owner == family.by


@pytest.mark.parametrize("word", ["come", "cannot"])
def test_an_answer_to_another_hour_is_not_taken(family, word):
    family.move(14)

    page = family.answer(word, of=1)

    assert page.status_code == 409
    assert "в 14:00 ч." in text(page)
    assert (family.fresh.status, AppointmentLink.objects.get().answered_version) == (
        Status.CONFIRMED,
        None,
    )


def test_a_link_follows_its_booking(family):
    family.answer("come")
    family.move(14)
    page = text(family.get())

    assert "Часът е променен" in page
    assert "в 14:00 ч." in page
    assert "Казахте ни, че ще дойдете." not in page  # of the hour before


@pytest.mark.parametrize(
    "filled", [{}, {"answer": "dance"}, {"answer": "come", "of": "x"}, {"answer": "\x00"}]
)
def test_what_is_no_answer_changes_nothing(family, filled):
    before = everything()

    page = family.post(**({"of": ""} | filled))

    assert page.status_code == 422
    assert everything() == before


HOSTILE = ["\x00", "я" * 10_000, "-1", "9" * 400, "٣", "0001-01-01T00:00+0000", "<b>", "None"]


@pytest.mark.parametrize(
    ("path", "field"), [("", "answer"), ("", "of"), ("hours/", "of"), ("hours/", "to")]
)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_fields_are_refused(family, path, field, value):
    Service.objects.update(family_may_move=True)
    before = everything()
    filled = {"answer": "come", "of": "1", "to": "2027-03-05T11:00+0200"} | {field: value}

    answer = family.post(path, **filled)

    assert answer.status_code in {409, 422}
    assert everything() == before


def test_a_body_that_is_no_form_is_refused(family):
    kinds = ["application/json", "multipart/form-data; boundary=x", "multipart/form-data"]
    for kind in kinds:
        answer = calling.browser().generic("POST", family.path, b"\xff\x00{", kind)
        assert answer.status_code in {400, 422}, kind
    too_large = calling.browser().post(family.path, {"answer": "x" * 2_000_000})
    assert too_large.status_code == 400
    assert too_large["Referrer-Policy"] == "no-referrer"


# --- Another hour ------------------------------------------------------------------------


@pytest.fixture
def movable(family) -> Family:
    Service.objects.update(family_may_move=True)
    return family


def choices(page: Any) -> list[str]:
    return re.findall(r'name="to" value="([^"]+)"', page.content.decode())


def test_other_hours_are_offered_only_where_the_service_allows_it(family):
    before = family.get("hours/").status_code, "Искам друг час" in text(family.get())
    Service.objects.update(family_may_move=True)
    after = family.get("hours/").status_code, "Искам друг час" in text(family.get())

    assert (before, after) == ((302, False), (200, True))


def test_she_moves_to_a_free_hour_and_has_said_that_she_comes(movable):
    page = movable.get("hours/")
    chosen = choices(page)[0]

    answer = movable.post("hours/", to=chosen)

    booking = movable.fresh
    change = booking.changes.get(what=Change.What.RESCHEDULED)
    assert answer.url == movable.path
    assert booking.starts_at == datetime.fromisoformat(chosen)
    assert (change.by, change.is_by_family) == (None, True)
    assert links.answer_of(links.known(movable.token)).said == "will_come"


def test_offered_hours_do_not_crowd(movable):
    starts = [datetime.fromisoformat(choice) for choice in choices(movable.get("hours/"))]
    days = {clock.local(start).date() for start in starts}

    assert len(days) == 6
    assert len(starts) == 24
    assert min(b - a for a, b in pairwise(starts)) >= timedelta(minutes=50)


@pytest.mark.parametrize(
    ("free", "shown"),
    [((9, 10), [9, 10]), (range(9, 13), [9, 10, 11, 12]), (range(9, 17), [9, 11, 13, 16])],
)
def test_of_many_hours_some_are_early_and_some_late(free, shown):
    day = links.offered([at(FRIDAY, hour) for hour in free], timedelta(minutes=50))

    assert day == {at(FRIDAY, 0): [at(FRIDAY, hour) for hour in shown]}


@pytest.mark.parametrize(
    "hour", ["2027-03-05T11:07+0200", "2027-02-01T11:00+0200", "3000-01-01T11:00Z"]
)
def test_an_hour_that_is_not_offered_is_refused(movable, hour):
    page = movable.post("hours/", to=hour)

    assert page.status_code == 409
    assert "не е свободен" in text(page)
    assert movable.fresh.starts_at == at(FRIDAY, 10)


def test_an_hour_that_was_taken_meanwhile_is_refused(movable):
    chosen = choices(movable.get("hours/"))[0]
    other = building.person(movable.booking.centre)
    starts_at = datetime.fromisoformat(chosen)
    services.book(
        Wish(movable.service, starts_at, movable.lead, (other,), Modality.ON_SITE), by=movable.by
    )

    page = movable.post("hours/", to=chosen)

    assert page.status_code == 409
    assert chosen not in choices(page)


def test_a_refusal_for_the_sake_of_another_tells_nothing_of_her(movable, monkeypatch):
    """D11: whoever must not be met there is behind the same words as any taken hour."""
    chosen = choices(movable.get("hours/"))[0]
    father = building.person(movable.booking.centre)
    building.apart(movable.mother, father)
    second = building.specialist(movable.booking.centre, [movable.service])
    building.place(movable.booking.centre, [movable.service])
    wish = Wish(
        movable.service, datetime.fromisoformat(chosen), second, (father,), Modality.ON_SITE
    )
    services.book(wish, by=movable.by)

    page = movable.post("hours/", to=chosen)

    assert page.status_code == 409
    assert "Този час вече не е свободен." in text(page)


@pytest.mark.parametrize(("hours_before", "may"), [(24, True), (23, False)])
def test_so_late_that_it_would_be_late_to_cancel_she_calls(movable, hours_before, may):
    with clock.frozen(movable.booking.starts_at - timedelta(hours=hours_before)):
        assert (movable.get("hours/").status_code == 200) is may


def test_an_hour_with_others_is_not_hers_to_move(shared):
    Service.objects.update(family_may_move=True)

    assert shared.get("hours/").status_code == 302
    assert shared.post("hours/", to="2027-03-05T11:00+0200").status_code == 302
    assert shared.fresh.schedule_version == 1


def test_a_stale_page_of_hours_says_the_new_hour(movable):
    chosen = choices(movable.get("hours/"))[0]
    movable.move(14)

    page = movable.post("hours/", to=chosen, of=1)

    assert page.status_code == 409
    assert "в 14:00 ч." in text(page)
    assert movable.fresh.starts_at == at(FRIDAY, 14)


# --- No more messages --------------------------------------------------------------------


def test_she_is_asked_once_more_before_texts_stop(family):
    family.get("stop/")
    before = ContactCard.objects.get().opted_out_on
    family.post("stop/")
    family.post("stop/")

    card = ContactCard.objects.get()
    assert (before, card.opted_out_on) == (None, MONDAY)
    kept = card.history.filter(opted_out_on=MONDAY)
    assert list(kept.values_list("history_change_reason", flat=True)) == ["link"]
    assert "Няма да получавате повече съобщения" in text(family.get("stop/"))


def test_texts_may_be_stopped_after_cancelling(family):
    family.answer("cannot")

    family.post("stop/")

    assert ContactCard.objects.get().opted_out_on == MONDAY


# --- What is over, and what never was ----------------------------------------------------


def test_with_its_booking_the_link_ends(family):
    ends_at = family.booking.ends_at
    found = []
    for instant in (ends_at - timedelta(seconds=1), ends_at):
        with clock.frozen(instant):
            found.append([family.get(path).status_code for path in ("", "stop/", "c.ics")])

    assert found == [[200, 200, 200], [410, 410, 410]]


def test_a_moved_booking_keeps_its_link_longer(family):
    family.move(15)
    with clock.frozen(at(FRIDAY, 14)):
        assert family.get().status_code == 200


def test_what_is_over_shows_a_telephone(family):
    family.cancel()
    page = family.get()

    assert page.status_code == 410
    assert "042 600 000" in text(page)
    assert "Петък" not in text(page)


UNKNOWN = "2" * 16
STRANGE = ["x", "a" * 16, "2" * 15, "2" * 17, "2" * 10_000, "я" * 16, "%00" * 16, "%F0%9F%98%80",
           "..", "2222222222222222%00", "٣" * 16, "2222222222222222%0A"]  # fmt: skip


@pytest.mark.parametrize("token", [UNKNOWN, *STRANGE])
@pytest.mark.parametrize("path", PATHS)
def test_unknown_is_one_polite_page_without_a_telephone(family, token, path):
    page = calling.browser().get(f"/v/{token}/{path}")

    assert page.status_code == 404
    assert "Тук няма нищо" in text(page)
    assert "tel:" not in page.content.decode()
    assert "Пристан" not in page.content.decode()


def test_an_address_typed_without_its_last_slash_is_hers_too(family):
    page = calling.browser().get(family.path.rstrip("/"))

    assert (page.status_code, "Петък" in text(page)) == (200, True)


@pytest.mark.parametrize("path", ["/v/", "/v/x", "/v/2/2/2/", "/v/admin/login/", "/v//"])
def test_every_other_address_below_is_the_same_page(family, path):
    page = calling.browser().get(path, follow=True)

    assert (page.status_code, "Тук няма нищо" in text(page)) == (404, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"allows_link": False},
        {"verified_at": None},
        {"verified_at": NOW + timedelta(minutes=1)},  # another number since
        {"suspended_on": MONDAY},
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_phone_that_is_not_trusted_any_more_opens_nothing(family, path, changed):
    ContactCard.objects.update(**changed)

    assert family.get(path).status_code == 404
    assert family.answer("cannot").status_code == 404
    assert family.fresh.status == Status.CONFIRMED


def test_who_is_no_carer_any_more_opens_nothing(family):
    child = building.person(
        family.booking.centre, household=family.mother.household, birth_on=date(2019, 5, 1)
    )
    building.carer(child, family.mother)
    wish = Wish(family.service, at(FRIDAY, 13), family.lead, (child,), Modality.ON_SITE)
    family.booking = services.book(wish, by=family.by)
    family.link()
    before = family.get().status_code
    Booking.objects.filter(pk=family.booking.pk).update(carer=None)

    assert (before, family.get().status_code) == (200, 404)


def guess(number: int, address: str = "192.0.2.1") -> int:
    token = f"{number:016}".translate(str.maketrans("0123456789", "23456789bc"))
    return calling.browser().get(f"/v/{token}/", REMOTE_ADDR=address).status_code


def test_guessing_is_slowed_down_by_address(family):
    statuses = [guess(number) for number in range(32)]

    assert statuses == [404] * 30 + [429] * 2
    assert guess(40, "192.0.2.2") == 404
    assert calling.browser().get(family.path, REMOTE_ADDR="192.0.2.1").status_code == 200
    with clock.frozen(NOW + timedelta(hours=1)):
        assert guess(41) == 404


def test_a_network_of_ipv6_is_one_guesser():
    assert guesses.hash_of("2001:db8::1") == guesses.hash_of("2001:db8::2")
    assert guesses.hash_of("2001:db8::1") != guesses.hash_of("2001:db8:0:1::1")


def test_addresses_of_guessers_are_not_kept_and_soon_forgotten():
    guess(1, "192.0.2.77")
    assert "192.0.2.77" not in str(WrongGuess.objects.values())
    guesses.forget()
    assert WrongGuess.objects.count() == 1
    with clock.frozen(NOW + timedelta(hours=2)):
        guesses.forget()
    assert WrongGuess.objects.count() == 0


# --- A calendar of her own ---------------------------------------------------------------


def event_in(answer: Any) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_calendar_file_says_when_and_nothing_else(family):
    answer = family.get("c.ics")
    event = event_in(answer)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (event["summary"], event.start, event.end) == (
        "Напомняне",
        at(FRIDAY, 10),
        at(FRIDAY, 10, 50),
    )
    assert not {"location", "description", "organizer", "attendee", "url"} & {
        name.lower() for name in event
    }
    assert "ristan" not in answer.content.decode()


def test_calendar_entry_moves_with_the_booking(family):
    before = event_in(family.get("c.ics"))
    family.move(14)
    after = event_in(family.get("c.ics"))

    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert str(family.booking.public_id) not in str(before["uid"])
    assert after.start == at(FRIDAY, 14)


def test_page_speaks_to_her_whatever_the_staff_reads(family):
    client = calling.browser()
    client.cookies["django_language"] = "en"
    page = client.get(family.path, headers={"Accept-Language": "en"})

    assert "Ще дойда" in text(page)
