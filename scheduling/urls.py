"""Routes of the booking core."""

from django.urls import path

from scheduling import api, web

api_patterns = [
    path("services/", api.Services.as_view(), name="services"),
    path("services/<uuid:public_id>/", api.OneService.as_view(), name="service"),
    path("specialists/", api.Specialists.as_view(), name="specialists"),
    path("slots/", api.Slots.as_view(), name="slots"),
    path("bookings/", api.Bookings.as_view(), name="bookings"),
    path("bookings/<uuid:public_id>/", api.OneBooking.as_view(), name="booking"),
    path("bookings/<uuid:public_id>/confirm/", api.Confirm.as_view(), name="confirm"),
    path("bookings/<uuid:public_id>/reschedule/", api.Reschedule.as_view(), name="reschedule"),
    path("bookings/<uuid:public_id>/cancel/", api.Cancel.as_view(), name="cancel"),
    path("bookings/<uuid:public_id>/outcome/", api.Outcome.as_view(), name="outcome"),
    path("bookings/<uuid:public_id>/changes/", api.Changes.as_view(), name="changes"),
    path(
        "entry-bases/<uuid:public_id>/services/",
        api.EntryBasisServices.as_view(),
        name="authorised-services",
    ),
    path("blocks/", api.Blocks.as_view(), name="blocks"),
    path("calendar/", api.Calendar.as_view(), name="calendar"),
    path("feeds/", api.Feeds.as_view(), name="feeds"),
    path("feeds/<uuid:public_id>/", api.OneFeed.as_view(), name="feed"),
]

urlpatterns = [path("feeds/<str:token>.ics", web.feed, name="calendar-feed")]
