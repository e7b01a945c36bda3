"""Routes of reminders and callbacks."""

from django.urls import path

from notifications import api

api_patterns = [
    path("reminders/", api.Reminders.as_view(), name="reminders"),
    path("reminders/queue/", api.Queue.as_view(), name="reminders-queue"),
    path("reminders/<uuid:public_id>/resend/", api.Resend.as_view(), name="reminder-resend"),
    path("contacts/<uuid:public_id>/code/", api.Code.as_view(), name="code"),
    path("contacts/<uuid:public_id>/code/read-back/", api.CodeReadBack.as_view(), name="read-back"),
]

urlpatterns = [
    path("hooks/twilio/inbound/", api.twilio_inbound, name="twilio-inbound"),
    path("hooks/twilio/status/<uuid:attempt>/", api.twilio_status, name="twilio-status"),
]
