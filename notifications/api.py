"""HTTP to reminders, and the operator's callbacks."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from base import clock
from base.fields import IdField, InstantField
from base.pagination import Pages
from base.views import View
from notifications import (
    by_hand,
    calling,
    centre_texts,
    editing,
    effect,
    inbound,
    links,
    outcomes,
    planning,
    policies,
    queue,
    selectors,
    shapes,
    text_shapes,
    verifying,
    voice,
)
from notifications.calls import Call
from notifications.gateways import twilio
from notifications.models import Reminder
from people import services as people_services
from people.policies import SEES_EVERYTHING, Staff, require
from people.requests import caller
from people.serializers import CardOut
from scheduling import lookup


class RemindersQuery(serializers.Serializer[Any]):
    booking = IdField()


class AttemptOut(serializers.Serializer[Any]):
    at = InstantField()
    parts = serializers.IntegerField()
    outcome = serializers.CharField()


class ReminderOut(serializers.Serializer[Any]):
    id = IdField()
    kind = serializers.ChoiceField(Reminder.Kind.choices)
    recipient = IdField()
    due_at = InstantField()
    status = serializers.ChoiceField(Reminder.Status.choices)
    why = serializers.CharField(help_text="code of why it does not leave; empty when it does")
    explanation = serializers.CharField()
    schedule_version = serializers.IntegerField()
    said = serializers.ChoiceField(
        links.Said.choices, allow_null=True, help_text="by the recipient, of the hour as it is now"
    )
    said_at = InstantField(allow_null=True)
    attempts = AttemptOut(many=True, help_text="what left, or was to, and what came of it")
    call_asked_at = InstantField(
        allow_null=True, help_text="when the recipient asked to be called about the booking"
    )


class QueueLine(serializers.Serializer[Any]):
    id = IdField()
    kind = serializers.ChoiceField(Reminder.Kind.choices)
    status = serializers.ChoiceField(Reminder.Status.choices)
    due_at = InstantField()
    booking = IdField(allow_null=True)
    recipient = IdField(allow_null=True)
    error_code = serializers.IntegerField(allow_null=True)
    explanation = serializers.CharField()
    attempts = serializers.IntegerField()


class Reminders(View):
    pagination_class = Pages

    @extend_schema(parameters=[RemindersQuery], responses=ReminderOut(many=True))
    def get(self, request: Request) -> Response:
        """What was and will be sent about a booking, and what not and why."""
        staff = caller(request)
        booking = lookup.known_booking(staff, self.query(RemindersQuery)["booking"])
        pages = self.pagination_class()
        page = pages.paginate_queryset(selectors.of_booking(booking), request, view=self) or []
        answers = links.answers_to([booking])
        return pages.get_paginated_response([shown(prospect, answers) for prospect in page])


def shown(prospect: selectors.Prospect, answers: links.Answers) -> dict[str, Any]:
    reminder = prospect.reminder
    answer = answers.get((reminder.booking_id or 0, reminder.recipient_id))
    return {
        "id": reminder.public_id,
        "kind": reminder.kind,
        "recipient": reminder.recipient.public_id,
        "due_at": InstantField().to_representation(prospect.due_at),
        "status": reminder.status,
        "why": prospect.why,
        "explanation": planning.explained(prospect.why),
        "schedule_version": reminder.schedule_version,
        "attempts": [
            {
                "at": InstantField().to_representation(one.at),
                "parts": one.parts,
                "outcome": one.outcome,
            }
            for one in prospect.attempts
        ],
        "said": answer and answer.said,
        "said_at": answer and answer.said_at and clock.local(answer.said_at),
        "call_asked_at": answer and answer.call_asked_at and clock.local(answer.call_asked_at),
    }


class Queue(View):
    """What staff should look at first: unknown, failed, waiting for a person, then what leaves
    next."""

    pagination_class = Pages

    @extend_schema(responses=QueueLine(many=True), operation_id="reminders_queue")
    def get(self, request: Request) -> Response:
        """The texts of the centres that the caller answers for."""
        found = queue.in_order(answers_for_texts(request))
        pages = self.pagination_class()
        page = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([shown_in_queue(one) for one in page])


def answers_for_texts(request: Request) -> Staff:
    """Raises NotAllowed for whoever answers for no centre's texts."""
    staff = caller(request)
    require(bool(staff.centres_where(SEES_EVERYTHING)))
    return staff


def shown_in_queue(reminder: Any) -> dict[str, Any]:
    return {
        "id": reminder.public_id,
        "kind": reminder.kind,
        "status": reminder.status,
        "due_at": InstantField().to_representation(reminder.due_at),
        "booking": reminder.booking.public_id if reminder.booking else None,
        "recipient": reminder.recipient.public_id,
        "error_code": reminder.error_code,
        "explanation": queue.explanation(reminder),
        "attempts": reminder.attempts,
    }


class Resend(View):
    @extend_schema(request=None, responses={200: QueueLine})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send it again, if it has not left: the operator is asked first."""
        reader = caller(request)
        by_hand.resend(queue.text(reader, public_id))
        return Response(shown_in_queue(queue.text(reader, public_id)))


class CodeIn(serializers.Serializer[Any]):
    code = serializers.RegexField(r"^[0-9]{6}$", max_length=6)


class Code(View):
    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send a code to the card's number: she reads it back while she is here (D27)."""
        reader = caller(request)
        verifying.ask_code(people_services.read_card(reader, public_id), by=reader.user)
        return Response(status=202)


class CodeReadBack(View):
    @extend_schema(request=CodeIn, responses=CardOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """What she read from her telephone; the number is verified when it is the code."""
        card = people_services.read_card(caller(request), public_id)
        return Response(CardOut(verifying.read_back(card, self.body(CodeIn)["code"])).data)


@csrf_exempt
@require_POST
def twilio_inbound(request: HttpRequest) -> HttpResponse:
    """What somebody answered. The answer to it is always the same and empty (D36)."""
    params = request.POST.dict()
    signed = twilio.verify_signature(
        twilio.inbound_url(settings.PUBLIC_URL),
        params,
        request.headers.get("X-Twilio-Signature"),
        token=settings.TWILIO_AUTH_TOKEN,
        read=twilio.INBOUND_FIELDS,
    )
    if not signed:
        return HttpResponse(status=403)
    try:
        phone, text = twilio.parse_inbound(params)
    except ValueError:
        return HttpResponse(status=400)
    inbound.hear(phone, text)
    return HttpResponse("<Response/>", content_type="text/xml")


class EffectOfReminders(View):
    @extend_schema(parameters=[shapes.EffectQuery], responses=shapes.EffectOut)
    def get(self, request: Request) -> Response:
        """How many of the reminded and of the others came, by how long before it was booked."""
        staff = caller(request)
        asked = self.query(shapes.EffectQuery)
        require(bool(staff.centres_where(SEES_EVERYTHING)))
        centre = lookup.house(staff, asked.get("centre"))
        require(policies.may_see_effect(staff, centre.pk))
        of = effect.Range(centre, asked["from"], asked["to"])
        return Response(shapes.effect_shown(effect.effect(of, outside=asked["outside"])))


class Unreached(View):
    pagination_class = Pages

    @extend_schema(responses=shapes.UnreachedOut(many=True))
    def get(self, request: Request) -> Response:
        """Whom no text tells of an hour that is near, why, and whom to call."""
        staff = caller(request)
        require(bool(staff.centres_where(SEES_EVERYTHING)))
        pages = self.pagination_class()
        page = pages.paginate_queryset(calling.read_unreached(staff), request, view=self) or []
        return pages.get_paginated_response([shapes.unreached_shown(line) for line in page])


class Called(View):
    @extend_schema(request=shapes.CalledIn, responses=shapes.CallOut)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Keep that she called about this hour."""
        asked = self.body(shapes.CalledIn)
        call = calling.note_call(
            caller(request), public_id, asked["person"], result=Call.Result(asked["result"])
        )
        return Response(shapes.call_shown(call))


class Texts(View):
    pagination_class = Pages

    @extend_schema(operation_id="texts_list", responses=text_shapes.TextOut(many=True))
    def get(self, request: Request) -> Response:
        """Every text that the caller's centre may word: what counts there and what it sends."""
        found = centre_texts.of_staff(caller(request))
        pages = self.pagination_class()
        page = pages.paginate_queryset(found, request, view=self) or []
        return pages.get_paginated_response([text_shapes.text_shown(text) for text in page])


class OneText(View):
    @extend_schema(responses=text_shapes.TextOut)
    def get(self, request: Request, public_id: UUID) -> Response:
        """What counts in that place, and what it sends."""
        return Response(text_shapes.text_shown(centre_texts.one(caller(request), public_id)))

    @extend_schema(request=text_shapes.TextIn, responses=text_shapes.TextOut)
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say it in the centre's own words."""
        staff = caller(request)
        centre, slot = centre_texts.slot_of(staff, public_id)
        asked = self.body(text_shapes.TextIn)
        editing.write(centre, slot, asked["text"], by=staff.user, version=asked.get("version"))
        return Response(text_shapes.text_shown(centre_texts.one(staff, public_id)))

    @extend_schema(parameters=[text_shapes.VersionQuery], responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Back to our own text."""
        staff = caller(request)
        centre, slot = centre_texts.slot_of(staff, public_id)
        version = self.query(text_shapes.VersionQuery).get("version")
        editing.take_back(centre, slot, by=staff.user, version=version)
        return Response(status=204)


class TextPreview(View):
    @extend_schema(request=text_shapes.TextPreviewIn, responses=text_shapes.TextPreviewOut)
    def post(self, request: Request) -> Response:
        """How a text would leave in each script, and what it would cost. Nothing is kept."""
        asked = self.body(text_shapes.TextPreviewIn)
        centre, slot = centre_texts.slot_of(caller(request), asked["id"])
        tried = editing.tried(voice.now_of(centre.pk), slot, asked["text"])
        return Response({"scripts": [text_shapes.rendered_shown(one) for one in tried]})


@csrf_exempt
@require_POST
def twilio_status(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """Signed by Twilio for the configured public address, or 403 (D35)."""
    params = request.POST.dict()
    url = twilio.status_url(settings.PUBLIC_URL, attempt)
    signature = request.headers.get("X-Twilio-Signature")
    if not twilio.verify_signature(url, params, signature, token=settings.TWILIO_AUTH_TOKEN):
        return HttpResponse(status=403)
    try:
        report = twilio.parse_status(params)
    except ValueError:
        return HttpResponse(status=400)
    known = outcomes.note_status(attempt, report)
    return HttpResponse(status=204 if known else 404)
