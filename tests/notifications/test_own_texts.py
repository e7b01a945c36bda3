"""A centre's own texts: what may be kept, who may keep it, and what is sent then."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from desk.people_forms import CardForm
from notifications import centre_texts, editing, planning, selectors, voice, wording
from notifications.models import Reminder, Template
from notifications.wording import TEMPLATES, Facts, Slot
from people.languages import LANGUAGES, Language
from people.models import Role
from people.policies import staff
from tests.rooms import building as rooms_building
from tests.support import building
from tests.support.building import MONDAY, at
from tests.support.calling import Api, browser, problem
from tests.support.houses import two_houses

pytestmark = pytest.mark.django_db

PLAIN = Slot("reminder", "plain", "bg", "cyrillic")
LATIN = PLAIN._replace(script="latin")
FULL = PLAIN._replace(wording="full")
DISCREET = PLAIN._replace(wording="discreet")
MANY = Slot("series", "plain", "bg", "cyrillic")


def address(centre, slot=PLAIN) -> str:
    return f"texts/{editing.id_of(centre.public_id, slot)}/"


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), two_houses() as houses:
        yield houses


@pytest.fixture
def own(world):
    for row in (world[0].centre, world[0].service, world[0].building, world[0].specialist.user):
        row.refresh_from_db()
    return world[0]


@pytest.fixture
def foreign(world):
    return world[1]


@pytest.fixture
def manager(own):
    return own.staff["manager"]


@pytest.fixture
def api(manager) -> Api:
    return Api(manager)


@pytest.fixture
def put(own, api):
    def send(text, slot=PLAIN, **more):
        return api.put(address(own.centre, slot), {"text": text, **more})

    return send


def said(own, slot=PLAIN) -> str:
    starts_at = at(MONDAY, 10)
    found = voice.say(
        voice.now_of(own.centre.pk), slot.kind, Facts(starts_at, starts_at, 12),
        wording=slot.wording, language=slot.language, script=slot.script,
    )  # fmt: skip
    return found.text


# --- What may be kept ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Утре: {date}, {time", "malformed_placeholder"),
        ("Утре: {date}, {time}}", "malformed_placeholder"),
        ("Утре: {{date}}, {time}", "malformed_placeholder"),
        ("Утре: {date!r}, {time}", "malformed_placeholder"),
        ("Утре: {date:>99999}, {time}", "malformed_placeholder"),
        ("Утре: {date.__class__}, {time}", "malformed_placeholder"),
        ("Утре: {date[0]}, {time}", "malformed_placeholder"),
        ("Утре: {0}, {date}, {time}", "malformed_placeholder"),
        ("Утре: {}, {date}, {time}", "malformed_placeholder"),
        ("Утре: {DATE}, {date}, {time}", "malformed_placeholder"),
        ("Утре: {date}, {time}, {name}", "forbidden_placeholder"),
        ("Утре: {date}, {time}, {service}", "forbidden_placeholder"),
        ("Утре: {date}, {time}, {public_name}", "forbidden_placeholder"),
        ("Утре: {date}, {time}, {last_date}", "forbidden_placeholder"),
        ("Утре: {date}, {time}, {code}", "forbidden_placeholder"),
        ("Утре: {date}", "missing_placeholder"),
        ("Утре", "missing_placeholder"),
        ("Час при психолог: {date}, {time}", "telling_text"),
        ("Chas pri psiholog: {date}, {time}", "telling_text"),
        ("пси\u200bхолог: {date}, {time}", "telling_text"),
        ("Утре: {date}, {time}, pristan.bg", "telling_text"),
        ("Утре: {date}, {time}, 042 600 000", "telling_text"),
        ("Утре:\n{date}, {time}", "telling_text"),
        ("Утре:\u2028{date}, {time}", "telling_text"),
        ("Утре:\u202e{date}, {time}", "telling_text"),
        ("Утре:\u00a0{date}, {time}", "telling_text"),
        ("Утре:\x07 {date}, {time}", "telling_text"),
        ("Утр\u0435\u0301: {date}, {time}", "telling_text"),
        ("🙂 {date}, {time}", "telling_text"),
        ("У" * 201 + "{date}, {time}", "invalid"),
        ("", "invalid"),
        ("   ", "missing_placeholder"),
    ],
)
def test_bad_text_is_a_clear_refusal_and_changes_nothing(own, put, text, code):
    status, found = problem(put(text))

    assert (400 <= status < 500, found) == (True, code)
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        (PLAIN, "Чакаме Ви на {date} в {time} ч."),
        (FULL, "{public_name}: чакаме Ви на {date} в {time} ч."),
        (DISCREET, "Не забравяйте: {date}, {time} ч."),
        (MANY, "Първо {date}, {time} ч., после още, общо {dates}, до {last_date}"),
    ],
)
def test_each_level_and_kind_has_its_placeholders(put, slot, text):
    answer = put(text, slot)

    assert (answer.status_code, answer.json().get("text")) == (200, text)


def test_a_discreet_text_does_not_say_that_there_is_a_meeting(put):
    answer = put("Среща: {date}, {time}", DISCREET)

    assert problem(answer) == (422, "telling_text")
    assert "discreet" in answer.json()["detail"].lower()


def test_a_code_travels_alone(own, api):
    """D27: it is the only text that an unverified number gets."""
    slot = Slot("code", "plain", "bg", "cyrillic")

    assert wording.allowed("code", "full") == {"code"}
    assert problem(api.put(address(own.centre, slot), {"text": "Код {code}"}))[0] == 404


def names_around(own) -> list[str]:
    lead = own.specialist.user
    lead.first_name, lead.last_name = "Калина", "Дойчева"
    lead.save()
    own.service.name = "Първа крачка"
    own.service.save()
    own.building.name, own.building.address = "Белият дувар", "ул. „Орфей“ 12"
    own.building.save()
    own.centre.name, own.centre.municipality = "Зорница", "Казанлък"
    own.centre.save()
    return ["КАЛИНА", "Doycheva", "крачката", "дувар", "Orfey", "Зорница", "Kazanlak"]


def test_no_name_of_the_house_may_be_kept(own, put):
    found = {name: problem(put(f"{name}: {{date}}, {{time}}")) for name in names_around(own)}

    assert found == dict.fromkeys(found, (422, "telling_text"))


def test_a_name_that_comes_later_puts_the_text_aside(own, put, manager):
    put("Калина, {date}, {time} ч.")
    assert said(own) == "Калина, 01.03.2027, 10:00 ч."

    names_around(own)

    assert said(own) == "Напомняне: среща на 01.03.2027 г., 10:00 ч."
    text = centre_texts.one(staff(manager), editing.id_of(own.centre.public_id, PLAIN))
    assert (text.own, text.is_left_aside) == ("Калина, {date}, {time} ч.", True)


def test_the_refusal_names_no_word(own, put):
    names_around(own)

    assert "Калина" not in put("Калина: {date}, {time}").content.decode()


def test_the_public_name_is_said_at_full_alone_though_the_centre_is_called_so(own, put):
    own.centre.name = own.centre.public_name = "Зорница"
    own.centre.save()

    assert said(own, FULL) == "Зорница: среща на 01.03.2027 г., 10:00 ч."
    assert problem(put("Зорница: {date}, {time}")) == (422, "telling_text")
    assert "Зорница" not in said(own)


@pytest.mark.parametrize("name", ["Дом Надежда", "Кризисен център", "pristan.bg", "При\u200bстан"])
def test_a_public_name_that_would_tell_is_not_said(own, name):
    own.centre.public_name = name
    own.centre.save()

    assert said(own, FULL) == said(own, PLAIN)


# --- Written, tried, taken back -----------------------------------------------------------


def test_latin_is_made_of_the_centres_own_until_it_has_its_own(own, put):
    put("Чакаме Ви на {date}, {time} ч.")
    assert said(own, LATIN) == "Chakame Vi na 01.03.2027, 10:00 ch."

    put("Ela na {date}, {time}", LATIN)
    assert said(own, LATIN) == "Ela na 01.03.2027, 10:00"
    assert said(own) == "Чакаме Ви на 01.03.2027, 10:00 ч."


def test_ours_comes_back_and_nothing_is_forgotten(own, put, api, manager):
    put("Чакаме Ви на {date}, {time} ч.")
    put("Елате на {date}, {time} ч.", version=1)

    assert api.delete(address(own.centre)).status_code == 204

    assert said(own) == "Напомняне: среща на 01.03.2027 г., 10:00 ч."
    kept = Template.history.order_by("history_id").values_list("text", "version", "history_user")
    assert list(kept) == [
        ("Чакаме Ви на {date}, {time} ч.", 1, manager.pk),
        ("Елате на {date}, {time} ч.", 2, manager.pk),
        ("", 3, manager.pk),
    ]


@pytest.mark.parametrize("version", [0, 2])
def test_who_saw_another_text_changes_nothing(put, version):
    put("Чакаме Ви на {date}, {time} ч.")

    assert problem(put("Елате на {date}, {time} ч.", version=version)) == (409, "stale_version")


def test_taking_back_what_nobody_saw_changes_nothing(own, put, api):
    put("Чакаме Ви на {date}, {time} ч.")

    answer = api.client.delete(f"/api/v1/{address(own.centre)}?version=0")

    assert problem(answer) == (409, "stale_version")


def test_a_preview_tells_size_and_cost_in_each_script_and_keeps_nothing(own, api, settings):
    settings.SMS_PART_PRICE = Decimal("0.0835")
    text = "Чакаме Ви „точно“ на {date} г. в {time} ч., както се разбрахме снощи, до скоро"

    answer = api.post("texts/preview/", {"id": text_id(own), "text": text}).json()

    size = [{key: one[key] for key in ("script", "encoding", "parts", "cost", "currency")}
            for one in answer["scripts"]]  # fmt: skip
    assert size == [
        {"script": "cyrillic", "encoding": "UCS-2", "parts": 2, "cost": "0.1670",
         "currency": "EUR"},
        {"script": "latin", "encoding": "GSM-7", "parts": 1, "cost": "0.0835", "currency": "EUR"},
    ]  # fmt: skip
    assert '"tochno"' in answer["scripts"][1]["text"]
    assert not Template.objects.exists()


def text_id(own, slot=PLAIN) -> str:
    return str(editing.id_of(own.centre.public_id, slot))


def test_without_a_price_no_cost_is_told(own, api):
    answer = api.post("texts/preview/", {"id": text_id(own), "text": "{date} {time}"}).json()

    assert {one["cost"] for one in answer["scripts"]} == {None}


def test_another_centre_keeps_its_own(own, foreign, put):
    put("Чакаме Ви на {date}, {time} ч.")

    assert said(foreign) == "Напомняне: среща на 01.03.2027 г., 10:00 ч."


def test_the_list_holds_every_text_once(own, api):
    found = api.get("texts/", {"page_size": 500}).json()["results"]

    slots = [(one["kind"], one["wording"], one["language"], one["script"]) for one in found]
    assert slots == wording.slots()
    assert len({one["id"] for one in found}) == len(found)


@pytest.mark.parametrize("role", [role for role in Role.Name if role != Role.Name.MANAGER])
def test_only_a_manager_words_texts(own, role):
    user = building.user(own.centre, role)

    assert problem(Api(user).put(address(own.centre), {"text": "{date} {time}"}))[0] == 403
    assert browser(user).get("/texts/").status_code == 403


def test_a_text_in_the_database_that_asks_for_more_is_left_aside(own):
    Template.objects.create(
        centre=own.centre, text="{public_name} {date} {time}", **PLAIN._asdict()
    )

    assert said(own) == "Напомняне: среща на 01.03.2027 г., 10:00 ч."


def test_every_kind_has_a_name(own):
    assert set(wording.kinds()) == set(centre_texts.KIND_NAMES)
    longest = Template._meta.get_field("kind").max_length
    assert max(map(len, wording.kinds())) <= longest


# --- Another language ---------------------------------------------------------------------


def test_a_language_is_a_line_and_its_texts(own, api, monkeypatch):
    monkeypatch.setitem(LANGUAGES, "tr", Language("Türkçe", ("latin",), letters="ı"))
    for level in wording.LEVELS:
        monkeypatch.setitem(TEMPLATES, ("reminder", level, "tr"), "Hatırlatma: {date}, {time}")
    slot = Slot("reminder", "plain", "tr", "latin")

    assert said(own, slot) == "Hatırlatma: 01.03.2027, 10:00"
    assert said(own, slot._replace(script="cyrillic")) == said(own, slot)
    assert slot in wording.slots()
    kept = api.put(address(own.centre, slot), {"text": "Yarın değil: {date}, {time}"})
    assert kept.status_code == 200
    assert said(own, slot) == "Yarın değil: 01.03.2027, 10:00"
    languages = dict(CardForm().fields["language"].choices)
    assert languages["tr"] == "Türkçe"


# --- What it costs ------------------------------------------------------------------------


def queries(run) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def test_to_foretell_many_asks_no_more_than_to_foretell_one(own):
    voice.now_of(own.centre.pk)
    planned = Reminder.objects.filter(
        centre=own.centre, kind__in=Reminder.Kind.ahead(), recipient=own.mother, status="planned"
    ).select_related("booking__centre", "booking__service", "recipient")

    def judge(count):
        several = list(planned[:count])
        return len(several), queries(lambda: selectors.prospects(several))

    (one, few), (more, as_few) = judge(1), judge(30)
    assert (one, few) == (1, as_few)
    assert more >= 5


def test_to_foretell_many_notices_asks_no_more_than_to_foretell_one(own):
    voice.now_of(own.centre.pk)
    told = Reminder.objects.filter(centre=own.centre, kind="24h", recipient=own.mother)

    def judge(count):
        for reminder in told[:count]:
            notice = Reminder.objects.create(
                booking=reminder.booking, centre=own.centre, recipient=own.mother, kind="moved",
                due_at=reminder.due_at, schedule_version=count + 7,
            )  # fmt: skip
            Reminder.objects.filter(pk=reminder.pk).update(told_by=notice)
        several = list(
            Reminder.objects.filter(kind="moved", centre=own.centre).select_related(
                "booking__centre", "booking__service", "recipient"
            )
        )
        return queries(lambda: selectors.prospects(several))

    assert judge(1) == judge(3)


def test_a_voice_is_read_once_and_again_when_something_changed(own):
    voice.now_of(own.centre.pk)
    assert queries(lambda: voice.now_of(own.centre.pk)) == 1

    own.building.address = "ул. „Орфей“ 12"
    own.building.save()

    assert "Орфей" in " ".join(voice.now_of(own.centre.pk).names)
    assert queries(lambda: voice.now_of(own.centre.pk)) == 1


def test_a_change_that_is_undone_is_forgotten(own, put):
    with transaction.atomic():
        put("Чакаме Ви на {date}, {time} ч.")
        assert "Чакаме" in said(own)
        transaction.set_rollback(True)

    assert "Чакаме" not in said(own)


def test_the_list_asks_as_much_for_all_texts_as_for_none_of_its_own(own, put, manager):
    centre_texts.of_staff(staff(manager))
    before = queries(lambda: centre_texts.of_staff(staff(manager)))
    for slot in wording.slots()[:12]:
        put(TEMPLATES[slot[:3]] + " !", slot)
    centre_texts.of_staff(staff(manager))

    assert queries(lambda: centre_texts.of_staff(staff(manager))) == before


def test_names_around_a_reminder_are_those_of_its_people_and_specialists(own):
    reminder = Reminder.objects.filter(booking=own.booking).first()
    names = planning.names_around(reminder)

    lead = own.specialist.user
    assert {own.mother.given_name, own.mother.family_name, lead.first_name} <= names


def test_another_centres_houses_are_not_ours(own):
    other = building.centre()
    unit = rooms_building.unit(other)
    unit.unit.building.address = "ул. „Орфей“ 12"
    unit.unit.building.save()

    assert "Орфей" not in " ".join(voice.now_of(own.centre.pk).names)


# --- The pages ----------------------------------------------------------------------------


def page(own, slot=PLAIN) -> str:
    return f"/texts/{text_id(own, slot)}/"


@pytest.fixture
def reader(manager):
    client = browser(manager)
    client.cookies["django_language"] = "en"
    return client


def test_the_page_keeps_a_text_and_takes_it_back(own, reader):
    reader.post(page(own), {"act": "save", "version": 0, "text": "Чакаме Ви: {date}, {time}"})
    assert "Чакаме Ви: 23.09.2026, 10:30" in reader.get("/texts/").text
    assert said(own) == "Чакаме Ви: 01.03.2027, 10:00"

    reader.post(page(own), {"act": "back", "version": 1})
    assert said(own) == "Напомняне: среща на 01.03.2027 г., 10:00 ч."
    assert "Чакаме Ви" in reader.get(page(own)).text  # among what was there before


def test_a_bad_text_is_said_beside_the_field_and_stays_in_it(own, reader):
    answer = reader.post(page(own), {"act": "save", "version": 0, "text": "Психолог {date} {time}"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["text"] == [
        "There is a word about therapy in it. Choose a plainer one."
    ]
    assert "Психолог {date} {time}" in answer.text


def test_a_preview_is_a_page_whatever_is_typed(own, reader):
    for typed in ("Психолог {date} {time}", "{", "", "x" * 300, "\x00", "{date} {time}"):
        asked = {"act": "preview", "version": 0, "text": typed}
        assert reader.post(page(own), asked).status_code == 200
    assert not Template.objects.exists()


@pytest.mark.parametrize("act", ["save", "back", "preview", "", "?"])
@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30, "\x00"])
def test_no_version_breaks_the_page(own, reader, act, version):
    asked = {"act": act, "version": version, "text": "{date} {time}"}

    assert reader.post(page(own), asked).status_code in {200, 422}
    assert not Template.objects.exists()


def test_somebody_faster_is_said_above_the_form(own, reader, put):
    put("Чакаме Ви: {date}, {time}")

    answer = reader.post(page(own), {"act": "save", "version": 0, "text": "Ела: {date}, {time}"})

    assert (answer.status_code, said(own)[:6]) == (422, "Чакаме")
    assert "Somebody changed this meanwhile" in answer.text


def test_a_long_text_is_warned_of(own, reader):
    long = "Чакаме Ви, както се разбрахме, и моля да не закъснявате никак: {date}, {time}"

    answer = reader.post(page(own), {"act": "preview", "version": 0, "text": long})

    assert "It takes 2 parts" in answer.text
