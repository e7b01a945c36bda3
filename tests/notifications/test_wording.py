"""The templates: what each says, that each is one part, and that none says more than it may."""

from datetime import UTC, datetime, timedelta, timezone
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Reminder
from notifications.texts import check_text, parts
from notifications.wording import LEVELS, PLACEHOLDERS, TEMPLATES, Facts, render
from people.languages import LANGUAGES

STARTS_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
NAME = "Пристан „Надежда“"
EVERY = [(*template, script) for template in TEMPLATES for script in ("cyrillic", "latin")]


def rendered(kind, wording, language, script, *, starts_at=STARTS_AT, public_name=NAME):
    facts = Facts(
        starts_at,
        last_at=starts_at + timedelta(days=350),
        dates=50,
        code="012345",
        public_name=public_name,
    )
    return render(kind, facts, wording=wording, language=language, script=script)


@pytest.mark.parametrize(
    ("wording", "language", "script", "text"),
    [
        ("discreet", "bg", "cyrillic", "Напомняне: 24.11.2026 г., 10:00 ч."),
        ("discreet", "bg", "latin", "Napomnyane: 24.11.2026 g., 10:00 ch."),
        ("discreet", "en", "latin", "Reminder: 24.11.2026, 10:00"),
        ("plain", "bg", "cyrillic", "Напомняне: среща на 24.11.2026 г., 10:00 ч."),
        ("plain", "bg", "latin", "Napomnyane: sreshta na 24.11.2026 g., 10:00 ch."),
        ("plain", "en", "latin", "Reminder: appointment on 24.11.2026, 10:00"),
        ("full", "bg", "cyrillic", "Пристан „Надежда“: среща на 24.11.2026 г., 10:00 ч."),
        ("full", "bg", "latin", 'Pristan "Nadezhda": sreshta na 24.11.2026 g., 10:00 ch.'),
        ("full", "en", "latin", 'Pristan "Nadezhda": appointment on 24.11.2026, 10:00'),
        # English has no Cyrillic, whatever the card says.
        ("full", "en", "cyrillic", 'Pristan "Nadezhda": appointment on 24.11.2026, 10:00'),
    ],
)
def test_says(wording, language, script, text):
    assert rendered("reminder", wording, language, script) == text


@pytest.mark.parametrize("template", EVERY)
@given(days=st.integers(-2000, 40_000), minute=st.integers(0, 24 * 60))
def test_every_text_is_one_part_and_passes_the_check(template, days, minute):
    text = rendered(*template, starts_at=STARTS_AT + timedelta(days=days, minutes=minute))
    check_text(text, forbidden=["Мария Петрова", "Психологическо консултиране"])
    assert parts(text).parts == 1


@pytest.mark.parametrize("template", EVERY)
def test_latin_is_gsm(template):
    kind, _, language, script = template
    is_latin = kind == "code" or "latin" in (script, {"en": "latin"}.get(language))
    expected = "GSM-7" if is_latin else "UCS-2"
    assert parts(rendered(*template)).encoding == expected


@pytest.mark.parametrize(
    ("starts_at", "time"),
    [
        # The night of 28.03.2027 goes from 03:00 to 04:00; that of 31.10.2027 has 03:30 twice.
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "28.03.2027 г., 02:59 ч."),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "28.03.2027 г., 04:00 ч."),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "31.10.2027 г., 03:30 ч."),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "31.10.2027 г., 03:30 ч."),
        # The day is Sofia's, too.
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), "25.11.2026 г., 00:00 ч."),
        (
            datetime(2027, 7, 5, 9, 5, tzinfo=timezone(timedelta(hours=2))),
            "05.07.2027 г., 10:05 ч.",
        ),
    ],
)
def test_time_is_sofias(starts_at, time):
    text = rendered("reminder", "discreet", "bg", "cyrillic", starts_at=starts_at)
    assert text == f"Напомняне: {time}"


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError):
        rendered("reminder", "discreet", "bg", "cyrillic", starts_at=STARTS_AT.replace(tzinfo=None))


@pytest.mark.parametrize("name", ["", "  ", "П" * 37, "Ж" * 200])
@pytest.mark.parametrize(("language", "script"), [("bg", "cyrillic"), ("bg", "latin"), ("en", "")])
def test_without_a_name_that_fits_the_full_wording_is_the_plain_one(name, language, script):
    fits = name.startswith("ПП") and script != "cyrillic"
    full = rendered("reminder", "full", language, script, public_name=name)
    assert (full == rendered("reminder", "plain", language, script)) is not fits


def test_the_longest_name_that_fits_is_kept():
    text = rendered("reminder", "full", "bg", "cyrillic", public_name="П" * 36)
    assert (text[:37], parts(text).units) == ("П" * 36 + ":", 70)


def test_a_name_stays_on_one_line_and_is_no_template():
    text = rendered("reminder", "full", "en", "latin", public_name=" Nova\n{time}\tZora ")
    assert text == "Nova {time} Zora: appointment on 24.11.2026, 10:00"


@pytest.mark.parametrize("wording", ["discreet", "plain"])
def test_lesser_wordings_never_hold_the_name(wording):
    texts = [rendered(*one) for one in EVERY if one[1] == wording]
    assert [text for text in texts if "Пристан" in text or "Pristan" in text] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_ask_for_what_their_wording_allows(template):
    asked = {field for _, field, _, _ in Formatter().parse(TEMPLATES[template]) if field}
    assert asked <= PLACEHOLDERS[template[1]]


@pytest.mark.parametrize("placeholder", ["public_name", "service", "name"])
def test_a_template_that_asks_for_more_does_not_render(monkeypatch, placeholder):
    template = ("reminder", "discreet", "bg")
    monkeypatch.setattr("notifications.wording.TEMPLATES", {template: f"{{{placeholder}}}"})
    with pytest.raises(KeyError):
        rendered(*template, "cyrillic")


@pytest.mark.parametrize(
    "unknown",
    [("greeting", "discreet", "bg"), ("reminder", "loud", "bg"), ("reminder", "discreet", "ru")],
)
def test_a_text_that_does_not_exist_is_an_error(unknown):
    with pytest.raises(KeyError):
        rendered(*unknown, "cyrillic")


def test_every_kind_wording_and_language_has_a_template():
    kinds = {"reminder", "moved_many", "off_many"} | set(Reminder.Kind) - set(Reminder.Kind.ahead())
    wanted = {(kind, w, lang) for kind in kinds for w in LEVELS for lang in LANGUAGES}
    assert set(TEMPLATES) == wanted


@pytest.mark.parametrize("kind", ["moved", "off", "series", "offer", "place"])
def test_texts_of_different_meaning_differ(kind):
    others = {"reminder", "moved", "off", "series", "offer", "place"} - {kind}
    said = {rendered(one, "discreet", "bg", "cyrillic") for one in others}
    assert rendered(kind, "discreet", "bg", "cyrillic") not in said


def test_a_code_is_bare():
    assert {rendered("code", *one[1:]) for one in EVERY if one[0] == "code"} == {"012345"}


LINK = "https://v.example/v/23456789bcdfghjk/"


@pytest.mark.parametrize(
    ("wording", "script", "text"),
    [
        ("discreet", "latin", "Napomnyane: 24.11.2026 g., 10:00 ch."),
        ("plain", "latin", "Napomnyane: sreshta na 24.11.2026 g., 10:00 ch."),
        ("full", "latin", "Pristan: sreshta na 24.11.2026 g., 10:00 ch."),
        # In Cyrillic no wording leaves room for it in one part: then the least is said.
        ("discreet", "cyrillic", "Напомняне: 24.11.2026 г., 10:00 ч."),
        ("plain", "cyrillic", "Напомняне: 24.11.2026 г., 10:00 ч."),
        ("full", "cyrillic", "Напомняне: 24.11.2026 г., 10:00 ч."),
    ],
)
def test_a_link_stands_at_the_end_and_makes_a_long_text_say_less(wording, script, text):
    facts = Facts(STARTS_AT, public_name="Пристан", link=LINK)
    told = render("reminder", facts, wording=wording, language="bg", script=script)
    assert told == f"{text} {LINK}"


def test_with_a_link_a_long_name_goes_before_the_meeting_does():
    facts = Facts(STARTS_AT, public_name="N" * 110, link=LINK)
    text = render("reminder", facts, wording="full", language="en", script="latin")
    assert text == f"Reminder: appointment on 24.11.2026, 10:00 {LINK}"
