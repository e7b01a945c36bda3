"""What the centre says to phones: what is sent now, and the centre's own words for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from base.errors import DomainError, StaleVersion
from desk.pages import page
from desk.text_forms import SeenForm, TextForm
from notifications import centre_texts, editing, voice, wording
from notifications.centre_texts import CentreText
from notifications.editing import Rendered
from people.models import Centre
from people.policies import Staff
from people.requests import caller


@dataclass(frozen=True)
class Group:
    """Texts of one centre and kind, by wording level."""

    centre: Centre
    name: str
    levels: Sequence[tuple[str, Sequence[CentreText]]]

    @property
    def own(self) -> int:
        """How many of them the centre has worded."""
        return sum(bool(text.own) for _name, texts in self.levels for text in texts)


@page
def texts_page(request: HttpRequest) -> HttpResponse:
    texts = centre_texts.of_staff(caller(request))
    centres = {text.centre.pk for text in texts}
    context = {
        "groups": [
            Group(few[0].centre, few[0].kind_name, by_level(few))
            for _key, found in groupby(texts, lambda text: (text.centre.pk, text.slot.kind))
            if (few := list(found))
        ],
        "several_centres": len(centres) > 1,
    }
    return render(request, "desk/texts.html", context)


def by_level(texts: Sequence[CentreText]) -> list[tuple[str, list[CentreText]]]:
    return [(name, list(found)) for name, found in groupby(texts, lambda text: text.wording_name)]


@page
def text_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One text, with what it would send: nothing is kept before the button says so."""
    staff = caller(request)
    text = centre_texts.one(staff, public_id)
    act = request.POST.get("act", "")
    form = TextForm(
        request.POST if request.method == "POST" else None,
        initial={"text": text.template, "version": text.version},
    )
    if act == "back" and took_back(request, text, staff):
        return redirect("text-page", public_id=public_id)
    if act == "save" and form.is_valid() and kept(form, text, staff):
        messages.success(request, _("Kept. It is sent so from now on."))
        return redirect("texts-page")
    tried = try_out(form, text)
    context = {
        "text": text,
        "form": form,
        "tried": tried,
        "may_hold": placeholders(text),
        "ours": centre_texts.ours(text.slot),
        "former": centre_texts.former(text),
        "currency": settings.SMS_CURRENCY,
    }
    refused = bool(form.errors) and act != "preview"
    return render(request, "desk/text.html", context, status=422 if refused else 200)


def took_back(request: HttpRequest, text: CentreText, staff: Staff) -> bool:
    seen = SeenForm(request.POST)
    if not seen.is_valid():
        return False
    try:
        editing.take_back(
            text.centre, text.slot, by=staff.user, version=seen.cleaned_data["version"]
        )
    except StaleVersion as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Our text counts again."))
    return True


def kept(form: TextForm, text: CentreText, staff: Staff) -> bool:
    """What is wrong with the text is said beside it; that somebody was faster, above the form."""
    asked = form.cleaned_data
    try:
        editing.write(
            text.centre, text.slot, asked["text"], by=staff.user, version=asked["version"]
        )
    except DomainError as error:
        form.add_error(None if isinstance(error, StaleVersion) else "text", str(error))
        return False
    return True


def try_out(form: TextForm, text: CentreText) -> list[Rendered]:
    """What stands in the form, rendered; nothing when it may not be kept."""
    typed = form["text"].value() or ""
    if "text" in form.errors:
        return []
    try:
        return editing.tried(voice.now_of(text.centre.pk), text.slot, typed)
    except DomainError as error:
        if form.is_bound and "text" not in form.errors:
            form.add_error("text", str(error))
        return []


def placeholders(text: CentreText) -> list[tuple[str, Any, bool]]:
    """Each that it may hold, with its meaning, and whether it must."""
    slot = text.slot
    allowed, needed = wording.allowed(*slot[:2]), wording.needed(slot.kind)
    return [
        (f"{{{name}}}", centre_texts.PLACEHOLDER_NAMES.get(name, name), name in needed)
        for name in wording.in_order(allowed)
    ]
