"""Routes of workshops, groups, sessions, enrolments, horses, riders and helpers."""

from django.urls import path, re_path

from workshops import web
from workshops.api import boards, enrolments, groups, helpers, riders, stable, workshops

SESSION = "sessions/<uuid:public_id>/"
HELPER = "helpers/<uuid:public_id>/"
ENROLMENT = "enrolments/<uuid:public_id>/"

api_patterns = [
    path("workshops/", workshops.Workshops.as_view(), name="workshops"),
    path("workshops/catalogue/", workshops.Catalogue.as_view(), name="workshops-catalogue"),
    path("workshops/<uuid:public_id>/", workshops.OneWorkshop.as_view(), name="workshop"),
    path("workshops/<uuid:public_id>/riding/", stable.OneRiding.as_view(), name="riding"),
    path("horses/", stable.Horses.as_view(), name="horses"),
    path("horses/<uuid:public_id>/", stable.OneHorse.as_view(), name="horse"),
    path(
        "horses/<uuid:public_id>/absences/", stable.HorseAbsences.as_view(), name="horse-absences"
    ),
    path("riders/<uuid:public_id>/", riders.OneRider.as_view(), name="rider"),
    path("riders/<uuid:public_id>/weighings/", riders.Weighings.as_view(), name="weighings"),
    path("riders/<uuid:public_id>/clearances/", riders.Clearances.as_view(), name="clearances"),
    path(
        "clearances/<uuid:public_id>/withdraw/",
        riders.WithdrawClearance.as_view(),
        name="clearance-withdraw",
    ),
    path("helpers/", helpers.Helpers.as_view(), name="helpers"),
    path(HELPER, helpers.OneHelper.as_view(), name="helper"),
    path(
        f"{HELPER}availability/", helpers.HelperAvailability.as_view(), name="helper-availability"
    ),
    path(f"{HELPER}help/", helpers.HelpGiven.as_view(), name="helper-help"),
    path(f"{HELPER}hours/", helpers.HelperHours.as_view(), name="helper-hours"),
    path("help/<uuid:public_id>/", helpers.OneHelp.as_view(), name="help"),
    path("groups/", groups.Groups.as_view(), name="groups"),
    path("groups/<uuid:public_id>/", groups.OneGroup.as_view(), name="group"),
    path("sessions/", groups.Sessions.as_view(), name="sessions"),
    path(SESSION, groups.OneSession.as_view(), name="session"),
    path(f"{SESSION}move/", groups.MoveSession.as_view(), name="session-move"),
    path(f"{SESSION}cancel/", groups.CallOffSession.as_view(), name="session-cancel"),
    path(f"{SESSION}make-up/", groups.MakeUp.as_view(), name="session-make-up"),
    path(f"{SESSION}attendance/", groups.Attendance.as_view(), name="session-attendance"),
    path(f"{SESSION}board/", boards.OneBoard.as_view(), name="riding-board"),
    path(f"{SESSION}board/propose/", boards.ProposeBoard.as_view(), name="riding-board-propose"),
    path(f"{SESSION}board/book/", boards.BookBoard.as_view(), name="riding-board-book"),
    path("riding/call-off/", boards.CallOffRiding.as_view(), name="riding-call-off"),
    path("enrolments/", enrolments.Enrolments.as_view(), name="enrolments"),
    path(ENROLMENT, enrolments.OneEnrolment.as_view(), name="enrolment"),
    path(f"{ENROLMENT}steps/", enrolments.Steps.as_view(), name="enrolment-steps"),
    path(f"{ENROLMENT}accept/", enrolments.Accept.as_view(), name="enrolment-accept"),
    path(f"{ENROLMENT}decline/", enrolments.Decline.as_view(), name="enrolment-decline"),
    path(f"{ENROLMENT}answer/", enrolments.Answer.as_view(), name="enrolment-answer"),
    path(f"{ENROLMENT}withdraw/", enrolments.Withdraw.as_view(), name="enrolment-withdraw"),
    path(f"{ENROLMENT}pause/", enrolments.PauseEnrolment.as_view(), name="enrolment-pause"),
    path(f"{ENROLMENT}resume/", enrolments.Resume.as_view(), name="enrolment-resume"),
    path(f"{ENROLMENT}skip/", enrolments.Skip.as_view(), name="enrolment-skip"),
    path("people/<uuid:public_id>/belongings/", enrolments.Belongings.as_view(), name="belongings"),
]

urlpatterns = [
    path("public/<uuid:public_id>.ics", web.calendar, name="workshop-calendar"),
    re_path(r"^public/.*$", web.nothing, name="workshop-nothing"),
]
