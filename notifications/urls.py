"""Routes of reminders, callbacks, and the parent's link."""

from django.urls import path, re_path

from notifications import api, web

api_patterns = [
    path("reminders/", api.Reminders.as_view(), name="reminders"),
    path("reminders/queue/", api.Queue.as_view(), name="reminders-queue"),
    path("reminders/<uuid:public_id>/resend/", api.Resend.as_view(), name="reminder-resend"),
    path("contacts/<uuid:public_id>/code/", api.Code.as_view(), name="code"),
    path("contacts/<uuid:public_id>/code/read-back/", api.CodeReadBack.as_view(), name="read-back"),
    path("reminders/effect/", api.EffectOfReminders.as_view(), name="effect"),
    path("unreached/", api.Unreached.as_view(), name="unreached"),
    path("unreached/<uuid:public_id>/called/", api.Called.as_view(), name="called"),
    path("texts/", api.Texts.as_view(), name="texts"),
    path("texts/preview/", api.TextPreview.as_view(), name="text-preview"),
    path("texts/<uuid:public_id>/", api.OneText.as_view(), name="text"),
]

urlpatterns = [
    path("hooks/twilio/inbound/", api.twilio_inbound, name="twilio-inbound"),
    path("hooks/twilio/status/<uuid:attempt>/", api.twilio_status, name="twilio-status"),
    path("v/<str:token>/", web.appointment, name="link"),
    path("v/<str:token>", web.appointment, name="link-typed"),
    path("v/<str:token>/hours/", web.hours, name="link-hours"),
    path("v/<str:token>/stop/", web.stop, name="link-stop"),
    path("v/<str:token>/c.ics", web.calendar_file, name="link-calendar"),
    re_path(r"^v/.*$", web.nothing, name="link-nothing"),
]
