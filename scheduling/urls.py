"""Routes of the booking core."""

from django.urls import path

from scheduling import web
from scheduling.api import (
    absences,
    bookings,
    busy,
    calendars,
    hours,
    series,
    services,
    slots,
    visits,
)

api_patterns = [
    path("calendar/", calendars.Calendar.as_view(), name="calendar"),  # asked most: found first
    path("services/", services.Services.as_view(), name="services"),
    path("services/<uuid:public_id>/", services.OneService.as_view(), name="service"),
    path("specialists/", services.Specialists.as_view(), name="specialists"),
    path("specialists/<uuid:public_id>/busy-times/", busy.BusyTimes.as_view(), name="busy-times"),
    path("slots/", slots.Slots.as_view(), name="slots"),
    path("bookings/", bookings.Bookings.as_view(), name="bookings"),
    path("bookings/<uuid:public_id>/", bookings.OneBooking.as_view(), name="booking"),
    path("bookings/<uuid:public_id>/confirm/", bookings.Confirm.as_view(), name="confirm"),
    path("bookings/<uuid:public_id>/reschedule/", bookings.Reschedule.as_view(), name="reschedule"),
    path("bookings/<uuid:public_id>/cancel/", bookings.Cancel.as_view(), name="cancel"),
    path("bookings/<uuid:public_id>/outcome/", bookings.Outcome.as_view(), name="outcome"),
    path("bookings/<uuid:public_id>/changes/", bookings.Changes.as_view(), name="changes"),
    path(
        "entry-bases/<uuid:public_id>/services/",
        services.EntryBasisServices.as_view(),
        name="authorised-services",
    ),
    path("series/", series.AllSeries.as_view(), name="all-series"),
    path("series/<uuid:public_id>/", series.OneSeries.as_view(), name="series"),
    path("series/<uuid:public_id>.ics", series.SeriesCalendar.as_view(), name="series-calendar"),
    path("series/<uuid:public_id>/split/", series.Split.as_view(), name="series-split"),
    path("series/<uuid:public_id>/cancel/", series.CancelSeries.as_view(), name="series-cancel"),
    path("series/<uuid:public_id>/extend/", series.Extend.as_view(), name="series-extend"),
    path("series/<uuid:public_id>/restore/", series.Restore.as_view(), name="series-restore"),
    path("series/<uuid:public_id>/undo/", series.Undo.as_view(), name="series-undo"),
    path("hours/", hours.AllHours.as_view(), name="all-hours"),
    path("hours/<uuid:public_id>/", hours.OneHours.as_view(), name="hours"),
    path("hours/<uuid:public_id>/except/", hours.Except.as_view(), name="hours-except"),
    path("hours/<uuid:public_id>/restore/", hours.Restore.as_view(), name="hours-restore"),
    path("hours/<uuid:public_id>/last-day/", hours.LastDay.as_view(), name="hours-last-day"),
    path("visits/", visits.Visits.as_view(), name="visits"),
    path("visits/search/", visits.FindVisits.as_view(), name="find-visits"),
    path("absences/", absences.Absences.as_view(), name="absences"),
    path("blocks/", bookings.Blocks.as_view(), name="blocks"),
    path("feeds/", calendars.Feeds.as_view(), name="feeds"),
    path("feeds/<uuid:public_id>/", calendars.OneFeed.as_view(), name="feed"),
]

urlpatterns = [path("feeds/<str:token>.ics", web.feed, name="calendar-feed")]
