"""Routes of workshops, groups, sessions and enrolments."""

from django.urls import path, re_path

from workshops import web
from workshops.api import boards, enrolments, groups, workshops

SESSION = "sessions/<uuid:public_id>/"
ENROLMENT = "enrolments/<uuid:public_id>/"

api_patterns = [
    path("workshops/", workshops.Workshops.as_view(), name="workshops"),
    path("workshops/catalogue/", workshops.Catalogue.as_view(), name="workshops-catalogue"),
    path("workshops/<uuid:public_id>/", workshops.OneWorkshop.as_view(), name="workshop"),
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
