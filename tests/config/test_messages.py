"""Every message is found and has its Bulgarian words."""

from io import BytesIO

import pytest

from config import messages

TEMPLATE = """{% load i18n %}
<a onclick='b("'>  {% translate "Hello" %}
   unbalanced ( [ { ' " кирилица
    {% blocktranslate trimmed with name=who count n=items|length %}
       {{ name }} has
       a thing.
    {% plural %}
       {{ name }} has {{ n }} things.
    {% endblocktranslate %}
{% blocktranslate context "verb" %}Open{% endblocktranslate %} {{ x|default:_("nothing") }}
"""


def test_messages_of_a_template_are_found_on_their_lines():
    found = messages.extract_template(BytesIO(TEMPLATE.encode()), messages.KEYWORDS, [], {})

    assert [(line, message) for line, _, message, _ in found] == [
        (2, "Hello"),
        (4, ("%(name)s has a thing.", "%(name)s has %(n)s things.", None)),
        (10, ("verb", "Open")),
        (10, "nothing"),
    ]


@pytest.mark.parametrize("language", ["bg"])
def test_every_message_is_translated(language: str):
    catalogue = messages.read(messages.LOCALES / language / "LC_MESSAGES" / "django.po")
    missing = [
        message.id
        for message in messages.spoken()
        if message.id and not translated(catalogue, message.id, message.context)
    ]

    assert missing == []


def translated(catalogue, message_id, context) -> bool:
    known = catalogue.get(message_id, context)
    if known is None or known.fuzzy:
        return False
    return all(known.string) if isinstance(known.string, tuple) else bool(known.string)


def test_translations_keep_the_placeholders():
    catalogue = messages.read(messages.LOCALES / "bg" / "LC_MESSAGES" / "django.po")

    assert [(message.id, errors) for message, errors in catalogue.check()] == []
