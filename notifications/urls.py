"""Routes of reminders and callbacks."""

from django.urls import path

from notifications import api

api_patterns = [path("reminders/", api.Reminders.as_view(), name="reminders")]

urlpatterns = [
    path("hooks/twilio/status/<uuid:attempt>/", api.twilio_status, name="twilio-status"),
]
