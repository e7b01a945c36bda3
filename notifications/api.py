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

from base.fields import InstantField
from base.pagination import Pages
from base.views import View
from notifications import outcomes, planning, selectors
from notifications.gateways import twilio
from notifications.models import Reminder
from people.requests import caller
from scheduling import lookup


class RemindersQuery(serializers.Serializer[Any]):
    booking = serializers.UUIDField()


class ReminderOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Reminder.Kind.choices)
    recipient = serializers.UUIDField()
    due_at = InstantField()
    status = serializers.ChoiceField(Reminder.Status.choices)
    why = serializers.CharField(help_text="code of why it does not leave; empty when it does")
    explanation = serializers.CharField()
    schedule_version = serializers.IntegerField()


class Reminders(View):
    pagination_class = Pages

    @extend_schema(parameters=[RemindersQuery], responses=ReminderOut(many=True))
    def get(self, request: Request) -> Response:
        """What was and will be sent about a booking, and what not and why."""
        staff = caller(request)
        booking = lookup.known_booking(staff, self.query(RemindersQuery)["booking"])
        pages = self.pagination_class()
        page = pages.paginate_queryset(selectors.of_booking(booking), request, view=self) or []
        return pages.get_paginated_response([shown(prospect) for prospect in page])


def shown(prospect: selectors.Prospect) -> dict[str, Any]:
    reminder = prospect.reminder
    return {
        "id": reminder.public_id,
        "kind": reminder.kind,
        "recipient": reminder.recipient.public_id,
        "due_at": InstantField().to_representation(prospect.due_at),
        "status": reminder.status,
        "why": prospect.why,
        "explanation": planning.explained(prospect.why),
        "schedule_version": reminder.schedule_version,
    }


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
