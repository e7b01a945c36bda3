"""The caller's own calendar addresses, her other calendar, and time out of use."""

from collections.abc import Mapping
from uuid import UUID, uuid4

import segno
from django.contrib import messages
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from desk import selectors
from desk.forms import BlockForm, FeedForm, OuterCalendarForm
from desk.pages import accepted, done, once, page
from people.models import User
from people.policies import BOOKS, MANAGES_RESOURCES, Staff, require
from people.requests import caller
from scheduling import blocking, calendars, feeds, lookup, policies
from scheduling.errors import NoCalendar, ResourceUnavailable
from scheduling.incoming import selectors as incoming
from scheduling.incoming import services as bringing
from scheduling.incoming.errors import MOST_BYTES
from scheduling.models import Booking, Feed, OuterCalendar, Resource


@page
@never_cache
def calendar(request: HttpRequest) -> HttpResponse:
    """Her private addresses. A new one is shown in the answer to the form that makes it, and
    never again: nothing but its hash is kept, so it cannot wait for a redirect."""
    staff = caller(request)
    form = FeedForm(
        request.POST or None,
        staff=staff,
        calendars=feeds.calendars(staff),
        initial={"of": request.GET.get("of", "")},
    )
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        opened: list[tuple[Feed, str]] = []

        def make() -> Feed:
            opened.append(make_address(form, staff))
            return opened[0][0]

        if accepted(form, lambda: once(request, make)) and not opened:
            messages.info(request, _("This address was made already, and is shown only once."))
        for feed, url in opened:
            context |= shown_once(staff, feed, url)
    return render(request, "desk/calendar.html", own_calendars(staff) | context)


def own_calendars(staff: Staff) -> dict[str, object]:
    """What the page shows whichever of its forms is sent."""
    own = selectors.own_calendar(staff)
    addresses = list(feeds.feeds_of(staff.user))
    hers = feeds.still_hers(staff, addresses)
    names = selectors.names_of([one.of for one in addresses])
    return {
        "once": uuid4(),
        "form": FeedForm(staff=staff, calendars=feeds.calendars(staff)),
        "feeds": [
            {"feed": one, "name": called(staff, one.of, names) if one.of in hers else ""}
            for one in addresses
        ],
        "bringing": OuterCalendarForm(),
        "brought_in": incoming.brought_in(own) if own else None,
    }


def make_address(form: FeedForm, staff: Staff) -> tuple[Feed, str]:
    of = form.cleaned_data["of"] or feeds.calendar(staff)
    asked = Feed.Detail(form.cleaned_data["detail"])
    detail = Feed.Detail.BUSY if feeds.is_of_unit(of) else asked
    return feeds.open_feed(staff, of, detail=detail)


def called(staff: Staff, of: feeds.Calendar, names: Mapping[feeds.Calendar, str]) -> str:
    return _("My own calendar") if feeds.is_own(staff, of) else names[of]


def shown_once(staff: Staff, feed: Feed, url: str) -> dict[str, object]:
    """A QR code stands in the page itself, as the address does: no other request may carry it."""
    return {
        "new": feed,
        "name": called(staff, feed.of, selectors.names_of([feed.of])),
        "url": url,
        "webcal": "webcal" + url.removeprefix("https").removeprefix("http"),
        "qr": segno.make(url, micro=False).svg_data_uri(scale=4, border=2),
    }


@page
@require_POST
def revoke_calendar(request: HttpRequest, public_id: UUID) -> HttpResponse:
    done(
        request,
        lambda: feeds.close_feed(caller(request).user, public_id),
        said=_("The address is revoked and works no more."),
    )
    return redirect("my-calendar")


@page
@require_POST
def bring_calendar(request: HttpRequest) -> HttpResponse:
    """While her other calendar is busy, nobody books her."""
    staff = caller(request)
    form = OuterCalendarForm(request.POST, request.FILES)
    kept = (
        accepted(form, lambda: keep(staff, form.cleaned_data["file"])) if form.is_valid() else None
    )
    if kept:
        messages.success(request, _("Brought in. Nobody books you while that calendar is busy."))
        return redirect("my-calendar")
    context = own_calendars(staff) | {"bringing": form}
    return render(request, "desk/calendar.html", context, status=422)


def keep(staff: Staff, file: "File[bytes]") -> OuterCalendar:
    """Raises NoCalendar, and what `keep_calendar` does."""
    return bringing.keep_calendar(own_or_refused(staff), file.read(MOST_BYTES + 1))


def own_or_refused(staff: Staff) -> Resource:
    own = selectors.own_calendar(staff)
    if own is None:
        raise NoCalendar
    return own


@page
@require_POST
def forget_calendar(request: HttpRequest) -> HttpResponse:
    staff = caller(request)
    done(
        request,
        lambda: bringing.forget_calendar(own_or_refused(staff)),
        said=_("Removed. Its times are free again."),
    )
    return redirect("my-calendar")


@page
def block(request: HttpRequest) -> HttpResponse:
    """Leave, maintenance, other work: time in which nothing may be booked."""
    staff = caller(request)
    require(bool(staff.centres_where(BOOKS) or staff.centres_where(MANAGES_RESOURCES)))
    form = BlockForm(request.POST or None, staff=staff)
    in_the_way: list[calendars.Event] = []
    if request.method == "POST" and form.is_valid():
        resource: Resource = form.cleaned_data["resource"]
        centre_id = lookup.centre_for(staff, resource, None)
        require(policies.may_block(staff, resource, centre_id))
        booking = accepted(form, lambda: take_out(form, resource, centre_id, staff.user))
        if booking:
            messages.success(request, _("Marked. Nothing can be booked in that time."))
            return redirect("booking-page", public_id=booking.public_id)
        if isinstance(form.refusal, ResourceUnavailable):
            in_the_way = sessions_within(form, resource, staff)
    own = selectors.own_calendar(staff)
    context = {
        "form": form,
        "in_the_way": in_the_way,
        "is_specialist": bool(in_the_way) and form.cleaned_data["resource"].is_specialist,
        "blocks": selectors.blocks_ahead(staff, own) if own else [],
    }
    return render(request, "desk/block.html", context, status=422 if form.errors else 200)


def take_out(form: BlockForm, resource: Resource, centre_id: int, user: User) -> Booking:
    starts_at, ends_at = form.interval()
    return blocking.block_resource(
        resource,
        centre_id=centre_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=Booking.BlockReason(form.cleaned_data["reason"]),
        by=user,
    )


def sessions_within(form: BlockForm, resource: Resource, staff: Staff) -> list[calendars.Event]:
    """What would have to be moved first."""
    rows = calendars.of_resource(resource.public_id, *form.interval())
    return calendars.events(rows, staff, detailed=True)
