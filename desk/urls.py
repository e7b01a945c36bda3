"""Routes of the pages."""

from django.urls import URLPattern, path

from desk.web import absence, bookings, finding, house, mine, people, series, stays, ties, today

urlpatterns: list[URLPattern] = [
    path("", today.today, name="today"),
    path("tasks/<uuid:public_id>/done/", today.task_done, name="task-done"),
    path("find/", finding.find, name="find"),
    path("find/book/", finding.book_hour, name="book-hour"),
    path("find/repeat/", series.repeat_hour, name="repeat-hour"),
    path("series/<uuid:public_id>/", series.series_page, name="series-page"),
    path("series/<uuid:public_id>.ics", series.series_file, name="series-file"),
    path("bookings/<uuid:public_id>/", bookings.one_booking, name="booking-page"),
    path("bookings/<uuid:public_id>/confirm/", bookings.confirm, name="booking-confirm"),
    path("bookings/<uuid:public_id>/move/", bookings.move, name="booking-move"),
    path("bookings/<uuid:public_id>/cancel/", bookings.cancel, name="booking-cancel"),
    path("bookings/<uuid:public_id>/outcome/", bookings.outcome, name="booking-outcome"),
    path("people/", people.search, name="people-page"),
    path("people/new/", people.new_person, name="new-person"),
    path("people/<uuid:public_id>/", people.one_person, name="person-page"),
    path("people/<uuid:public_id>/card/", people.card, name="person-card"),
    path("people/<uuid:public_id>/ties/", ties.ties, name="person-ties"),
    path("people/<uuid:public_id>/verify/", people.verify, name="person-verify"),
    path("people/<uuid:public_id>/opt-out/", people.opt_out, name="person-opt-out"),
    path("people/<uuid:public_id>/case/", people.new_case, name="new-case"),
    path("cases/<uuid:public_id>/document/", people.new_document, name="new-document"),
    path("cases/<uuid:public_id>/planned/", people.case_planned, name="case-page-planned"),
    path("cases/<uuid:public_id>/close/", people.case_close, name="case-page-close"),
    path("tonight/", house.tonight_page, name="tonight-page"),
    path("board/", house.board_page, name="board-page"),
    path("units/<uuid:public_id>/", house.unit_page, name="unit-page"),
    path("stays/new/", stays.new_stay, name="new-stay"),
    path("stays/waiting/", stays.waiting_page, name="waiting-page"),
    path("stays/<uuid:public_id>/", stays.stay_page, name="stay-page"),
    path("toys/", house.toys_page, name="toys-page"),
    path("toys/<uuid:public_id>/return/", house.return_toy, name="toy-return"),
    path("me/calendar/", mine.calendar, name="my-calendar"),
    path("me/calendar/revoke/", mine.revoke_calendar, name="revoke-calendar"),
    path("block/", mine.block, name="block"),
    path("absence/", absence.absence_page, name="absence"),
    path("access/", people.access_log, name="access-page"),
]
