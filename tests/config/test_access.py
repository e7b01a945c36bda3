"""Who may call what: every route of the program, every role, its own centre and a foreign one.

To add a route, add a line for each method it answers: to TABLE for the interface, to PAGES for a
page, to ALIKE when roles make no difference. What a line sends besides stands in SENT.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from base.models import Task
from people.models import Role, User
from scheduling.models import Booking
from tests.scheduling.incoming.files import one
from tests.support.building import MONDAY, at
from tests.support.calling import Api, as_json, browser, problem, token, wire
from tests.support.houses import FRIDAY, NOW, WEEK, House, two_houses

CALLERS = (
    *("psychologist", "stranger", "coordinator", "kin", "shelter", "leader", "manager"),
    *("data-officer", "superuser", "anonymous"),
)
"""`stranger` is a psychologist of the centre who never met the family, `kin` a coordinator who is
of the family; the superuser has no role."""

TABLE = """
# route            method  object   psy str coo kin she lea man dat sup ano
api:centres        GET     -        200 200 200 200 200 200 200 200 200 401
api:people         GET     -        200 200 200 200 200 200 200 200 200 401
api:people         POST    -        201 201 201 404 201 201 201 403 404 401
api:person         GET     mother   200 403 200 404 403 403 200 404 404 401
api:contact        PATCH   mother   200 403 200 404 403 403 200 404 404 401
api:carers         POST    boy      201 403 201 404 403 403 201 404 404 401
api:carer          DELETE  carer    204 403 204 404 403 403 204 404 404 401
api:pairs          GET     mother   403 403 200 404 403 403 200 404 404 401
api:pairs          POST    mother   403 403 201 404 403 403 201 404 404 401
api:pair           DELETE  pair     404 404 204 404 404 404 204 404 404 401
api:walls          GET     mother   403 403 200 404 403 403 200 404 404 401
api:walls          POST    mother   403 201 201 404 403 403 201 404 404 401
api:wall           DELETE  wall     404 404 204 204 404 404 204 404 404 401
api:verify         POST    card     200 403 200 404 403 403 200 404 404 401
api:opt-out        POST    card     200 403 200 404 403 403 200 404 404 401
api:cases          GET     -        200 200 200 200 200 200 200 200 200 401
api:cases          POST    -        201 403 201 404 403 403 201 404 404 401
api:case           GET     case     200 404 200 404 404 404 200 404 404 401
api:case-planned   POST    case     200 404 200 404 404 404 200 404 404 401
api:case-close     POST    case     200 404 200 404 404 404 200 404 404 401
api:documents      POST    case     201 404 201 404 404 404 201 404 404 401
api:tasks          GET     -        200 200 200 200 200 200 200 200 200 401
api:done           POST    task     200 404 200 404 404 404 200 404 404 401
api:access-log     GET     -        403 403 403 403 403 403 403 200 403 401
api:services       GET     -        200 200 200 200 200 200 200 200 200 401
api:service        GET     service  200 200 200 200 200 200 200 200 404 401
api:service        PATCH   service  403 403 200 200 403 403 200 403 404 401
api:specialists    GET     -        200 200 200 200 200 200 200 200 200 401
api:busy-times     GET     specialist 200 403 200 200 403 403 200 403 404 401
api:busy-times     PUT     specialist 200 403 200 200 403 403 200 403 404 401
api:busy-times     DELETE  specialist 204 403 204 204 403 403 204 403 404 401
api:slots          GET     -        200 200 200 404 200 200 200 404 404 401
api:bookings       GET     -        200 200 200 200 200 200 200 200 200 401
api:bookings       POST    -        201 201 201 404 201 403 201 403 404 401
api:booking        GET     booking  200 404 200 404 404 404 200 404 404 401
api:confirm        POST    hold     200 404 200 404 404 404 200 404 404 401
api:reschedule     POST    booking  200 404 200 404 404 404 200 404 404 401
api:cancel         POST    booking  200 404 200 404 404 404 200 404 404 401
api:outcome        POST    past     200 404 200 404 404 404 200 404 404 401
api:changes        GET     booking  200 404 200 404 404 404 200 404 404 401
api:authorised-services PUT basis   200 404 200 404 404 404 200 404 404 401
api:all-series     GET     -        200 200 200 200 200 200 200 200 200 401
api:all-series     POST    -        201 201 201 404 201 403 201 403 404 401
api:series         GET     series   200 404 200 404 404 404 200 404 404 401
api:series-calendar GET    series   200 404 200 404 404 404 200 404 404 401
api:series-split   POST    series   200 404 200 404 404 404 200 404 404 401
api:series-cancel  POST    series   200 404 200 404 404 404 200 404 404 401
api:series-extend  POST    series   200 404 200 404 404 404 200 404 404 401
api:series-restore POST    series   200 404 200 404 404 404 200 404 404 401
api:series-undo    POST    series   200 404 200 404 404 404 200 404 404 401
api:visits         POST    -        201 201 201 404 201 403 201 403 404 401
api:find-visits    POST    -        200 200 200 404 200 403 200 403 404 401
api:all-hours      GET     -        200 200 200 200 200 200 200 200 200 401
api:all-hours      POST    -        403 403 201 201 403 403 201 403 404 401
api:hours          GET     hours    200 200 200 200 200 200 200 200 404 401
api:hours-except   POST    hours    403 403 200 200 403 403 200 403 404 401
api:hours-restore  POST    hours    403 403 200 200 403 403 200 403 404 401
api:hours-last-day POST    hours    403 403 200 200 403 403 200 403 404 401
api:absences       GET     -        200 403 200 200 403 403 200 403 404 401
api:absences       POST    -        200 403 200 200 403 403 200 403 404 401
api:blocks         POST    -        201 403 201 201 403 403 201 403 404 401
api:calendar       GET     -        200 200 200 200 200 200 200 200 404 401
api:feeds          GET     -        200 200 200 200 200 200 200 200 200 401
api:feeds          POST    -        201 201 201 201 201 201 201 201 422 401
api:feed           DELETE  feed     204 404 404 404 404 404 404 404 404 401
api:rooms          GET     -        200 200 200 200 200 200 200 200 200 401
api:vehicles       GET     -        200 200 200 200 200 200 200 200 200 401
api:reminders      GET     -        200 404 200 404 404 404 200 404 404 401
api:reminders-queue GET    -        403 403 200 200 403 403 200 403 403 401
api:reminder-resend POST   text     403 403 200 404 403 403 200 403 404 401
api:code           POST    card     202 403 202 404 403 403 202 404 404 401
api:read-back      POST    card     422 403 422 404 403 403 422 404 404 401
api:effect         GET     -        403 403 200 200 403 403 200 403 403 401
api:unreached      GET     -        403 403 200 200 403 403 200 403 403 401
api:called         POST    booking  403 404 200 404 404 404 200 404 404 401
api:texts          GET     -        403 403 403 403 403 403 200 403 403 401
api:text           GET     wording   403 403 403 403 403 403 200 403 404 401
api:text           PUT     wording   403 403 403 403 403 403 200 403 404 401
api:text           DELETE  wording   403 403 403 403 403 403 204 403 404 401
api:text-preview   POST    -        403 403 403 403 403 403 200 403 404 401
api:buildings      GET     -        403 403 200 200 200 403 200 403 403 401
api:units          GET     -        200 200 200 200 200 200 200 200 200 401
api:units-availability GET -        200 200 200 200 200 200 200 200 200 401
api:unit-ready     POST    unit_to_clean 403 403 200 200 200 403 200 403 404 401
api:unit-out-of-service POST unit   403 403 200 200 200 403 200 403 404 401
api:unit-out-of-service DELETE unit 403 403 204 204 204 403 204 403 404 401
api:cots           POST    -        403 403 201 201 201 403 201 403 404 401
api:board          GET     -        200 200 200 200 200 200 200 200 200 401
api:tonight        GET     -        403 403 200 200 200 403 200 403 403 401
api:turned-away    GET     -        403 403 200 200 200 403 200 403 403 401
api:stays          GET     -        403 403 200 200 200 403 200 403 403 401
api:stays          POST    -        403 403 201 404 201 403 201 403 404 401
api:stay           GET     stay     404 404 200 404 200 404 200 404 404 401
api:stay-offer     POST    waiting_stay 404 404 200 404 200 404 200 404 404 401
api:stay-confirm   POST    held_stay 404 404 200 404 200 404 200 404 404 401
api:stay-close     POST    held_stay 404 404 200 404 200 404 200 404 404 401
api:check-in       POST    held_stay 404 404 200 404 200 404 200 404 404 401
api:check-out      POST    stay     404 404 200 404 200 404 200 404 404 401
api:stay-ready     POST    left_stay 404 404 200 404 200 404 200 404 404 401
api:extend         POST    stay     404 404 403 404 403 404 200 404 404 401
api:move           POST    stay     404 404 200 404 200 404 200 404 404 401
api:absence        POST    stay     404 404 200 404 200 404 200 404 404 401
api:members        POST    stay     404 404 200 404 200 404 200 404 404 401
api:stay-changes   GET     stay     404 404 200 404 200 404 200 404 404 401
api:toys           GET     -        200 200 200 200 200 200 200 200 200 401
api:loans          GET     -        200 200 200 200 200 200 200 200 200 401
api:loans          POST    -        201 201 201 404 201 201 201 403 404 401
api:loan-return    POST    loan     200 200 200 404 200 200 200 404 404 401
api:workshops      GET     -        200 200 200 200 200 200 200 200 200 401
api:workshops      POST    -        403 403 201 201 403 403 201 403 404 401
api:workshops-catalogue GET -       200 200 200 200 200 200 200 200 200 401
api:workshop       GET     workshop 200 200 200 200 200 200 200 200 404 401
api:workshop       PATCH   workshop 403 403 200 200 403 403 200 403 404 401
api:riding         GET     ridden   200 200 200 200 200 200 200 200 404 401
api:riding         PUT     ridden   403 403 200 200 403 403 200 403 404 401
api:riding         DELETE  ridden   403 403 204 204 403 403 204 403 404 401
api:horses         GET     -        200 200 200 200 200 200 200 200 200 401
api:horses         POST    -        403 403 201 201 403 403 201 403 404 401
api:horse          GET     horse    200 200 200 200 200 200 200 200 404 401
api:horse          PATCH   horse    403 403 200 200 403 403 200 403 404 401
api:horse-absences POST    horse    403 403 201 201 403 403 201 403 404 401
api:rider          GET     child    200 403 200 404 403 403 200 404 404 401
api:rider          PATCH   child    200 403 200 404 403 403 200 404 404 401
api:weighings      POST    child    201 403 201 404 403 403 201 404 404 401
api:clearances     POST    child    201 403 201 404 403 403 201 404 404 401
api:clearance-withdraw POST clearance 200 403 200 404 403 403 200 404 404 401
api:helpers        GET     -        200 200 200 200 200 200 200 200 200 401
api:helpers        POST    -        403 403 201 201 403 403 201 403 404 401
api:helper         GET     volunteer 200 200 200 200 200 200 200 404 404 401
api:helper         PATCH   volunteer 403 403 200 200 403 403 200 404 404 401
api:helper-availability PUT volunteer 403 403 200 200 403 403 200 404 404 401
api:helper-help    POST    volunteer 403 403 201 201 403 201 201 404 404 401
api:helper-hours   GET     volunteer 200 200 200 200 200 200 200 404 404 401
api:help           DELETE  help     403 403 204 204 403 204 204 404 404 401
api:groups         GET     -        200 200 200 200 200 200 200 200 200 401
api:groups         POST    -        403 403 201 201 403 403 201 403 404 401
api:group          GET     group    200 200 200 200 200 200 200 200 404 401
api:group          PATCH   group    403 403 200 200 403 403 200 403 404 401
api:sessions       GET     -        200 200 200 200 200 200 200 200 404 401
api:session        GET     session  200 200 200 200 200 200 200 200 404 401
api:session-move   POST    session  403 403 200 200 403 200 200 403 404 401
api:session-cancel POST    session  403 403 200 200 403 200 200 403 404 401
api:session-make-up POST   cancelled_session 403 403 201 201 403 201 201 403 404 401
api:session-attendance POST past_session 403 403 200 404 403 200 200 403 404 401
api:riding-board   GET     riding_session 403 403 200 403 403 200 200 403 404 401
api:riding-board   PUT     riding_session 403 403 200 403 403 200 200 403 404 401
api:riding-board-propose POST riding_session 403 403 200 403 403 200 200 403 404 401
api:riding-board-book POST riding_session 403 403 200 403 403 200 200 403 404 401
api:riding-call-off POST   -        403 403 200 200 403 200 200 403 404 401
api:enrolments     GET     -        200 200 200 200 200 200 200 200 200 401
api:enrolments     POST    -        403 403 201 404 403 201 201 403 404 401
api:enrolment      GET     enrolment 200 404 200 404 404 200 200 404 404 401
api:enrolment-steps GET    enrolment 200 404 200 404 404 200 200 404 404 401
api:enrolment-accept POST  proposal 404 404 200 404 404 200 200 404 404 401
api:enrolment-decline POST proposal 404 404 200 404 404 200 200 404 404 401
api:enrolment-answer POST  offer    404 404 200 404 404 200 200 404 404 401
api:enrolment-withdraw POST enrolment 403 404 200 404 404 200 200 404 404 401
api:enrolment-pause POST   enrolment 403 404 200 404 404 200 200 404 404 401
api:enrolment-resume POST  enrolment 403 404 200 404 404 200 200 404 404 401
api:enrolment-skip POST    turn     404 404 200 404 404 200 200 404 404 401
api:belongings     GET     mother   200 403 200 404 403 403 200 404 404 401
api:belongings     POST    mother   201 403 201 404 403 403 201 404 404 401
"""
"""The object is the attribute of House whose id stands in the address. With the other centre's
in its place every one of these is 404, for everybody who is logged in."""

PAGES = """
# route            method  object   psy str coo kin she lea man dat sup ano
today              GET     -        200 200 200 200 200 200 200 200 200 302
task-done          POST    task     302 404 302 404 404 404 302 404 404 302
find               GET     -        200 200 200 200 200 403 200 403 403 302
book-hour          GET     -        200 200 200 302 200 403 200 302 302 302
book-hour          POST    -        302 302 302 302 302 403 302 302 302 302
repeat-hour        GET     -        200 200 200 302 200 403 200 302 302 302
repeat-hour        POST    -        302 302 302 302 302 403 302 302 302 302
series-page        GET     series   200 404 200 404 404 404 200 404 404 302
series-page        POST    series   302 404 302 404 404 404 302 404 404 302
series-file        GET     series   200 404 200 404 404 404 200 404 404 302
visit              GET     -        200 200 200 404 200 403 200 404 404 302
visit              POST    -        404 404 404 404 404 404 404 404 404 302
absence            GET     -        200 200 200 200 200 403 200 403 403 302
absence            POST    -        302 302 302 302 302 403 302 403 403 302
booking-page       GET     booking  200 404 200 404 404 404 200 404 404 302
booking-confirm    POST    hold     302 404 302 404 404 404 302 404 404 302
booking-move       GET     booking  200 404 200 404 404 404 200 404 404 302
booking-move       POST    booking  422 404 422 404 404 404 422 404 404 302
booking-cancel     POST    booking  422 404 422 404 404 404 422 404 404 302
booking-outcome    POST    past     302 404 302 404 404 404 302 404 404 302
people-page        GET     -        200 200 200 200 200 200 200 403 403 302
new-person         GET     -        200 200 200 200 200 200 200 403 403 302
new-person         POST    -        422 422 422 422 422 422 422 403 403 302
person-page        GET     mother   200 403 200 404 403 403 200 404 404 302
person-card        GET     mother   200 403 200 404 403 403 200 404 404 302
person-card        POST    mother   422 403 422 404 403 403 422 404 404 302
person-ties        GET     mother   200 403 200 404 403 403 200 404 404 302
person-ties        POST    mother   422 403 422 404 403 403 422 404 404 302
person-riding      GET     child    200 403 200 404 403 403 200 404 404 302
person-riding      POST    child    422 403 422 404 403 403 422 404 404 302
person-verify      POST    mother   302 403 302 404 403 403 302 404 404 302
person-opt-out     POST    mother   302 403 302 404 403 403 302 404 404 302
new-case           GET     mother   200 403 200 404 403 403 200 404 404 302
new-case           POST    mother   422 403 422 404 403 403 422 404 404 302
new-document       GET     case     200 404 200 404 404 404 200 404 404 302
new-document       POST    case     422 404 422 404 404 404 422 404 404 302
case-page-planned  POST    case     302 404 302 404 404 404 302 404 404 302
case-page-close    POST    case     302 404 302 404 404 404 302 404 404 302
my-calendar        GET     -        200 200 200 200 200 200 200 200 200 302
my-calendar        POST    -        200 200 200 200 200 200 200 200 200 302
revoke-calendar    POST    feed     302 404 404 404 404 404 404 404 404 302
bring-calendar     POST    -        422 422 422 422 422 422 422 422 422 302
forget-calendar    POST    -        302 302 302 302 302 302 302 302 302 302
block              GET     -        200 200 200 200 200 403 200 403 403 302
block              POST    -        422 422 422 422 422 403 422 403 403 302
hours-page         GET     -        200 200 200 200 200 200 200 200 403 302
hours-page         POST    -        403 403 422 422 403 403 422 403 403 302
hours-of           GET     hours    200 200 200 200 200 200 200 200 404 302
hours-of           POST    hours    403 403 302 302 403 403 302 403 404 302
effect-page        GET     -        403 403 200 200 403 403 200 403 403 302
effect-behind      GET     -        403 403 200 200 403 403 200 403 403 302
unreached-page     GET     -        403 403 200 200 403 403 200 403 403 302
called-page        POST    booking  403 404 302 404 404 404 302 404 404 302
access-page        GET     -        403 403 403 403 403 403 403 200 403 302
outbox             GET     -        403 403 200 200 403 403 200 403 403 302
text-resend        POST    text     403 403 302 404 403 403 302 403 404 302
person-code        POST    mother   302 403 302 404 403 403 302 404 404 302
person-read-back   POST    mother   302 403 302 404 403 403 302 404 404 302
texts-page         GET     -        403 403 403 403 403 403 200 403 403 302
text-page          GET     wording   403 403 403 403 403 403 200 403 404 302
text-page          POST    wording   403 403 403 403 403 403 422 403 404 302
tonight-page       GET     -        403 403 200 200 200 403 200 403 403 302
board-page         GET     -        200 200 200 200 200 200 200 200 200 302
unit-page          GET     unit     403 403 200 200 200 403 200 403 404 302
unit-page          POST    unit     403 403 422 422 422 403 422 403 404 302
new-stay           GET     -        403 403 200 200 200 403 200 403 403 302
new-stay           POST    -        403 403 422 422 422 403 422 403 403 302
waiting-page       GET     -        403 403 200 200 200 403 200 403 403 302
stay-page          GET     stay     404 404 200 404 200 404 200 404 404 302
stay-page          POST    stay     404 404 422 404 422 404 422 404 404 302
workshops-page     GET     -        200 200 200 200 200 200 200 200 403 302
offered-workshops  GET     -        200 200 200 200 200 200 200 200 403 302
new-workshop       GET     -        403 403 200 200 403 403 200 403 403 302
new-workshop       POST    -        403 403 422 422 403 403 422 403 403 302
workshop-page      GET     workshop 200 200 200 200 200 200 200 200 404 302
workshop-page      POST    workshop 403 403 422 422 403 403 422 403 404 302
new-group          GET     -        403 403 200 200 403 403 200 403 403 302
new-group          POST    -        403 403 422 422 403 403 422 403 403 302
group-page         GET     group    200 200 200 200 200 200 200 200 404 302
group-page         POST    group    403 403 422 422 403 422 422 403 404 302
session-page       GET     session  200 200 200 200 200 200 200 200 404 302
session-page       POST    session  403 403 422 422 403 422 422 403 404 302
session-sheet      GET     session  403 403 200 200 403 200 200 403 404 302
session-board      GET     riding_session 403 403 200 403 403 200 200 403 404 302
session-board      POST    riding_session 403 403 422 403 403 422 422 403 404 302
horses-page        GET     -        200 200 200 200 200 200 200 200 403 302
horses-page        POST    -        403 403 422 422 403 403 422 403 403 302
helpers-page       GET     -        200 200 200 200 200 200 200 403 403 302
helpers-page       POST    -        403 403 422 422 403 403 422 403 403 302
helper-page        GET     volunteer 200 200 200 200 200 200 200 404 404 302
helper-page        POST    volunteer 403 403 422 422 403 422 422 404 404 302
helper-sheet       GET     volunteer 200 200 200 200 200 200 200 404 404 302
toys-page          GET     -        200 200 200 200 200 200 200 403 403 302
toys-page          POST    -        422 422 422 422 422 422 422 403 403 302
toy-return         POST    loan     302 302 302 404 302 302 302 404 404 302
"""
"""The pages. A form that the role may send is shown again, wrong as it is (422), or leads on (302);
whoever is not logged in is led to the log-in."""

ALIKE = """
# route                        method  object   staff superuser anonymous
calendar-feed                  GET     token    200   200       200
workshop-calendar              GET     workshop 200    200       200
workshop-nothing               GET     -        404   404       404
twilio-status                  POST    attempt  403   403       403
twilio-inbound                 POST    -        403   403       403
link                           GET     link     200   200       200
link                           POST    link     302   302       302
link-typed                     GET     link     200   200       200
link-typed                     POST    link     422   422       422
link-hours                     GET     link     302   302       302
link-hours                     POST    link     302   302       302
link-stop                      GET     link     200   200       200
link-stop                      POST    link     302   302       302
link-calendar                  GET     link     200   200       200
link-nothing                   GET     -        404   404       404
schema                         GET     -        200   200       200
docs                           GET     -        200   200       200
api-nothing                    GET     -        404   404       404
healthz                        GET     -        200   200       200
readyz                         GET     -        503   503       503
favicon                        GET     -        302   302       302
account_login                  GET     -        302   302       200
account_login                  POST    -        302   302       200
account_logout                 GET     -        200   200       302
account_logout                 POST    -        302   302       302
account_inactive               GET     -        200   200       200
account_reauthenticate         GET     -        200   200       302
account_reauthenticate         POST    -        200   200       302
account_change_password        GET     -        200   200       302
account_change_password        POST    -        200   200       302
mfa_index                      GET     -        200   200       302
mfa_authenticate               GET     -        302   302       302
mfa_authenticate               POST    -        302   302       302
mfa_reauthenticate             GET     -        302   302       302
mfa_reauthenticate             POST    -        302   302       302
mfa_activate_totp              GET     -        302   302       302
mfa_activate_totp              POST    -        302   302       302
mfa_deactivate_totp            GET     -        404   404       302
mfa_deactivate_totp            POST    -        404   404       302
mfa_generate_recovery_codes    GET     -        302   302       302
mfa_generate_recovery_codes    POST    -        302   302       302
mfa_view_recovery_codes        GET     -        404   404       302
mfa_download_recovery_codes    GET     -        404   404       302
"""
"""Routes at which roles make no difference."""

ADMIN = (
    *("auth_group", "account_emailaddress", "mfa_authenticator", "knox_authtoken"),
    *("procrastinate_procrastinatejob", "people_centre", "people_user", "rooms_room"),
    *("rooms_building", "rooms_unit", "rooms_cotmove", "rooms_officialplaces"),
    *("scheduling_service", "scheduling_resource", "scheduling_closure"),
)
"""Tables that the installer looks after. No family's data is among them."""

ADMIN_PAGES = ("changelist", "add", "change", "delete", "history")
ADMIN_REST = {
    *("admin:index", "admin:login", "admin:logout", "admin:autocomplete", "admin:jsi18n"),
    *("admin:password_change", "admin:password_change_done", "admin:auth_user_password_change"),
    *("admin:view_on_site", "admin:app_list", "admin:(unnamed)"),
}

Sent = dict[str, Any]

A_CALENDAR = one("DTSTART:20270304T080000Z", "DURATION:PT1H").decode()


SATURDAY = (FRIDAY + timedelta(days=1)).isoformat()
"""The first date of the hours that repeat."""


DAY = timedelta(days=1)


def in_days(number: int) -> str:
    return wire(NOW + timedelta(days=number))


def on(number: int) -> str:
    """The date so many days from the Monday of the story."""
    return (MONDAY + timedelta(days=number)).isoformat()


def an_hour(house: House) -> Sent:
    return {
        "service": house.service.public_id,
        "specialist": house.specialist.public_id,
        "person": house.mother.public_id,
        "modality": "on_site",
        "starts_at": in_days(3),
    }


SENT: dict[str, Callable[[House], Sent | str]] = {
    "POST api:people": lambda h: {
        "centre": h.centre.public_id,
        "household": h.household.public_id,
        "given_name": "A",
        "family_name": "B",
    },
    "PATCH api:contact": lambda h: {"wording": "plain"},
    "POST api:carers": lambda h: {"adult": h.mother.public_id, "relation": "mother"},
    "POST api:pairs": lambda h: {"other": h.boy.public_id},
    "POST api:walls": lambda h: {"specialist": h.colleague.public_id},
    "POST api:cases": lambda h: {
        "person": h.mother.public_id,
        "lead": h.specialist.public_id,
        "number": "17/2027",
        "opened_on": "2027-03-01",
        "route": "referral",
        "document_number": "12",
        "document_on": "2027-03-01",
    },
    "POST api:documents": lambda h: {
        "route": "order",
        "document_number": "7",
        "document_on": "2027-03-01",
        "valid_from": "2027-03-01",
    },
    "POST new-document": lambda h: {"document_number": ""},
    "PATCH api:service": lambda h: {"initials": "X"},
    "GET api:slots": lambda h: {
        "service": h.service.public_id,
        "from": wire(NOW),
        "to": in_days(3),
        "specialist": h.specialist.public_id,
        "person": h.mother.public_id,
    },
    "POST api:bookings": lambda h: {
        "service": h.service.public_id,
        "starts_at": in_days(3),
        "specialist": h.specialist.public_id,
        "people": [h.child.public_id],
        "modality": "on_site",
        "room": h.room.public_id,
        "colleagues": [h.colleague.public_id],
        "carer": h.mother.public_id,
    },
    "POST api:visits": lambda h: {
        "sessions": [
            {
                "service": h.service.public_id,
                "starts_at": in_days(day),
                "specialist": h.specialist.public_id,
                "people": [h.child.public_id],
                "modality": "on_site",
                "carer": h.mother.public_id,
            }
            for day in (3, 8)
        ]
    },
    "POST api:find-visits": lambda h: {
        "from": in_days(3),
        "to": in_days(9),
        "parts": [
            {"service": h.service.public_id, "people": [person.public_id]}
            for person in (h.mother, h.child)
        ],
    },
    "GET api:absences": lambda h: {
        "specialist": h.specialist.public_id,
        "from": in_days(5),
        "to": in_days(7),
    },
    "POST api:absences": lambda h: {
        "specialist": h.specialist.public_id,
        "centre": h.centre.public_id,
        "from": in_days(5),
        "to": in_days(7),
    },
    "POST api:all-series": lambda h: {
        "service": h.service.public_id,
        "starts_at": in_days(3),
        "specialist": h.specialist.public_id,
        "people": [h.child.public_id],
        "modality": "on_site",
        "carer": h.mother.public_id,
        "rule": {"freq": "weekly", "interval": 2, "byweekday": ["TH"], "count": 3},
    },
    "POST api:all-hours": lambda h: {
        "kind": "works",
        "specialist": h.specialist.public_id,
        "first_on": on(3),
        "starts_local": "09:00",
        "ends_local": "12:00",
        "rule": {"freq": "weekly", "interval": 2},
    },
    "POST api:hours-except": lambda h: {"on": SATURDAY},
    "POST api:hours-restore": lambda h: {"on": SATURDAY},
    "POST api:hours-last-day": lambda h: {"until": on(60)},
    "POST api:series-split": lambda h: {"starts_at": wire(at(FRIDAY, 14))},
    "POST api:series-extend": lambda h: {"until": on(60)},
    "POST api:series-restore": lambda h: {"original_start": wire(at(FRIDAY, 10) + WEEK)},
    "POST api:reschedule": lambda h: {
        "starts_at": in_days(3),
        "specialist": h.colleague.public_id,
        "room": h.room.public_id,
    },
    "POST api:outcome": lambda h: {
        "outcomes": [{"person": h.mother.public_id, "outcome": "attended"}]
    },
    "PUT api:authorised-services": lambda h: {"services": [h.service.public_id]},
    "PUT api:busy-times": lambda h: A_CALENDAR,
    "POST api:blocks": lambda h: {
        "resource": h.specialist.public_id,
        "centre": h.centre.public_id,
        "starts_at": in_days(3),
        "ends_at": in_days(4),
        "reason": "leave",
    },
    "GET api:calendar": lambda h: {
        "from": wire(NOW),
        "to": in_days(3),
        "resource": h.specialist.public_id,
    },
    "GET api:reminders": lambda h: {"booking": h.booking.public_id},
    "POST api:read-back": lambda h: {"code": "000000"},
    "POST person-read-back": lambda h: {"code": "000000"},
    "GET api:effect": lambda h: {"from": on(-30), "to": on(1)},
    "POST api:called": lambda h: {"person": h.mother.public_id, "result": "reached"},
    "GET effect-behind": lambda h: {"lead": "0", "group": "not", "came": "attended"},
    "POST called-page": lambda h: {"person": h.mother.public_id, "result": "reached"},
    "PUT api:text": lambda h: {"text": "Среща на {date}, {time}"},
    "POST api:text-preview": lambda h: {
        "id": h.wording.public_id,
        "text": "Среща на {date}, {time}",
    },
    "GET api:units-availability": lambda h: {"from": on(0), "to": on(9), "ages": "0,5"},
    "POST api:unit-out-of-service": lambda h: {"from": on(1), "to": on(3)},
    "POST api:cots": lambda h: {
        "taken_from": h.unit.public_id,
        "brought_to": h.unit_to_clean.public_id,
        "on": on(1),
    },
    "GET api:turned-away": lambda h: {"from": on(-30), "to": on(1)},
    "POST api:stays": lambda h: {
        "centre": h.centre.public_id,
        "from": on(1),
        "to": on(9),
        "unit": h.unit.public_id,
        "people": [h.mother.public_id],
    },
    "POST api:stay-offer": lambda h: {"unit": h.unit.public_id},
    "POST api:stay-close": lambda h: {"outcome": "withdrawn"},
    "POST api:check-in": lambda h: {
        "people": [h.expected.public_id],
        "without_papers": "late at night",
    },
    "POST api:extend": lambda h: {"to": on(60), "document_number": "12", "document_on": on(0)},
    "POST api:move": lambda h: {"unit": h.unit.public_id},
    "POST api:absence": lambda h: {"person": h.baby.public_id, "kind": "hospital"},
    "POST api:members": lambda h: {"leaves": h.baby.public_id},
    "POST api:loans": lambda h: {
        "toy": h.toy.public_id,
        "person": h.mother.public_id,
        "due_on": on(7),
    },
    "POST api:workshops": lambda h: {
        "centre": h.centre.public_id,
        "name": "Theatre",
        "duration": "01:00:00",
        "capacity": 6,
        "leaders": [h.leader.public_id],
        "rooms": [h.hall.public_id],
    },
    "PATCH api:workshop": lambda h: {"capacity": 6},
    "PUT api:riding": lambda h: {"ride_minutes": 20},
    "POST api:horses": lambda h: {
        "centre": h.centre.public_id,
        "name": "Horse",
        "carries_kg": "62.5",
    },
    "PATCH api:horse": lambda h: {"name": "Horse"},
    "POST api:horse-absences": lambda h: {
        "starts_at": in_days(3),
        "ends_at": in_days(4),
        "reason": "vet",
    },
    "PATCH api:rider": lambda h: {
        "preferred_horse": h.horse.public_id,
        "side_walkers": 2,
    },
    "POST api:weighings": lambda h: {"kg": "31.5"},
    "POST api:clearances": lambda h: {"issued_on": on(0)},
    "POST api:helpers": lambda h: {"centre": h.centre.public_id, "name": "Volunteer"},
    "PATCH api:helper": lambda h: {"skills": ["leads_horses"]},
    "PUT api:helper-availability": lambda h: {"weekly": []},
    "POST api:helper-help": lambda h: {"on": on(0), "minutes": 60, "what": "paint"},
    "GET api:helper-hours": lambda h: {"from": on(-30), "to": on(0)},
    "POST api:groups": lambda h: {
        "workshop": h.workshop.public_id,
        "name": "Group",
        "starts_at": wire(at(MONDAY + 3 * DAY, 14)),
        "specialist": h.leader.public_id,
        "colleagues": [h.specialist.public_id],
        "room": h.hall.public_id,
        "rule": {"freq": "weekly", "count": 3},
    },
    "PATCH api:group": lambda h: {"capacity": 4},
    "GET api:sessions": lambda h: {"from": on(0), "to": on(14), "group": h.group.public_id},
    "POST api:session-move": lambda h: {
        "starts_at": wire(at(MONDAY + 8 * DAY, 14)),
        "specialist": h.leader.public_id,
        "room": h.hall.public_id,
    },
    "POST api:session-cancel": lambda h: {"reason": "heating"},
    "POST api:session-make-up": lambda h: {
        "starts_at": wire(at(MONDAY + 17 * DAY, 14)),
        "room": h.hall.public_id,
    },
    "POST api:session-attendance": lambda h: {
        "lines": [{"person": h.child.public_id, "outcome": "attended"}]
    },
    "PUT api:riding-board": lambda h: {
        "version": 1,
        "lines": [
            {
                "child": h.rider.public_id,
                "horse": h.horse.public_id,
                "starts_at": "14:30",
                "leader": h.helper.resource.public_id,
            }
        ],
    },
    "POST api:riding-board-propose": lambda h: {"version": 1},
    "POST api:riding-board-book": lambda h: {"version": 1},
    "POST api:riding-call-off": lambda h: {
        "centre": h.centre.public_id,
        "on": on(9),
        "reason": "storm",
    },
    "POST api:enrolments": lambda h: {
        "group": h.group.public_id,
        "people": [{"person": h.newcomer.public_id, "carer": h.newcomer_mother.public_id}],
        "from": on(0),
        "consent_on": on(0),
    },
    "POST api:enrolment-decline": lambda h: {"reason": "too young"},
    "POST api:enrolment-answer": lambda h: {"yes": True},
    "POST api:enrolment-withdraw": lambda h: {"on": on(7)},
    "POST api:enrolment-pause": lambda h: {"from": on(7), "to": on(14)},
    "POST api:enrolment-resume": lambda h: {"on": on(35)},
    "POST api:enrolment-skip": lambda h: {"reason": "is away"},
    "POST api:belongings": lambda h: {"audience": "intellectual_disability", "from": on(0)},
    "GET book-hour": an_hour,
    "POST book-hour": an_hour,
    "GET repeat-hour": an_hour,
    "POST repeat-hour": an_hour,
    "GET visit": lambda h: {"person": h.mother.public_id},
    "POST hours-page": lambda h: {"first_on": "?"},
    "POST hours-of": lambda h: {"act": "leave-out", "on": SATURDAY, "version": 1},
    "POST series-page": lambda h: {"act": "undo", "version": 1},
    "POST link": lambda h: {"answer": "come", "of": 1},
    "POST new-person": lambda h: {"given_name": ""},
    "POST new-case": lambda h: {"number": ""},
    "POST person-card": lambda h: {"phone": "?"},
    "POST block": lambda h: {"reason": "?"},
    "POST new-stay": lambda h: {"act": "?"},
    "POST toys-page": lambda h: {"toy": "?"},
    "POST stay-page": lambda h: {"act": "?"},
    "POST unit-page": lambda h: {"act": "?"},
    "POST horses-page": lambda h: {"act": "?"},
}


class Row(NamedTuple):
    route: str
    method: str
    object: str
    expected: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def sent(self, house: House) -> Any:
        return SENT.get(str(self), lambda _: {})(house)


def lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines() if line and not line.startswith("#")]


def row(route: str, method: str, of: str, *statuses: str) -> Row:
    return Row(route, method, of, dict(zip(CALLERS, map(int, statuses), strict=True)))


ROWS = [row(*line) for line in lines(TABLE)]
PAGE_ROWS = [row(*line) for line in lines(PAGES)]
ALIKE_ROWS = [
    row(route, method, of, *[staff] * (len(CALLERS) - 2), superuser, anonymous)
    for route, method, of, staff, superuser, anonymous in lines(ALIKE)
]


ALL_ROWS = ROWS + PAGE_ROWS + ALIKE_ROWS


def wired(sent: Any) -> tuple[str, str]:
    """A body as it travels, and its kind: text is a calendar."""
    return (sent, "text/calendar") if isinstance(sent, str) else (as_json(sent), "application/json")


class World:
    """Two centres, and the staff of the first logged in."""

    def __init__(self, own: House, foreign: House) -> None:
        self.own, self.foreign = own, foreign
        self.sessions = {
            caller: browser(own.staff.get(caller)).cookies.output(header="", sep=";")
            for caller in CALLERS
        }

    def call(self, row: Row, caller: str, *, of: House | None = None, sent: Sent | None = None):
        """The answer; whatever it did is undone."""
        client = browser()
        client.cookies.load(self.sessions[caller])
        sent = row.sent(self.own) if sent is None else sent
        with transaction.atomic():
            address = self.address(row, of or self.own)
            if row.method == "GET":
                answer = client.get(address, sent)
            elif row.route.startswith("api:"):
                answer = client.generic(row.method, address, *wired(sent))
            else:
                answer = client.post(address, sent)
            transaction.set_rollback(True)
        return answer

    @staticmethod
    def address(row: Row, house: House) -> str:
        if row.object == "-":
            return reverse(row.route)
        named = getattr(house, row.object)
        (parameter,) = parameters_of(row.route)
        return reverse(row.route, kwargs={parameter: getattr(named, "public_id", named)})


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    with django_db_blocker.unblock(), two_houses() as (own, foreign):
        yield World(own, foreign)


# Every route has its lines


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern, namespace + inner)
        else:
            yield namespace + (pattern.name or "(unnamed)"), pattern


def parameters_of(name: str) -> list[str]:
    return list(dict(routes(get_resolver()))[name].pattern.converters)


def in_tables() -> set[str]:
    admin = {f"admin:{model}_{page}" for model in ADMIN for page in ADMIN_PAGES}
    return {row.route for row in ALL_ROWS} | admin | ADMIN_REST


def test_every_route_stands_in_a_table():
    assert {name for name, _ in routes(get_resolver())} - in_tables() == set()


def test_every_line_has_its_route():
    assert in_tables() - {name for name, _ in routes(get_resolver())} == set()


# Every role


@pytest.mark.parametrize("row", ALL_ROWS, ids=str)
def test_each_role_gets_what_the_table_says(world: World, row: Row):
    answers = {caller: world.call(row, caller).status_code for caller in CALLERS}

    assert answers == row.expected


@pytest.mark.parametrize("route", sorted({row.route for row in ROWS}))
def test_other_methods_are_not_allowed(world: World, route: str):
    known = {row.method: row for row in ROWS if row.route == route}
    row = next(iter(known.values()))
    others = {"GET", "POST", "PUT", "PATCH", "DELETE"} - known.keys()

    answers = {m: world.call(row._replace(method=m), "manager").status_code for m in others}

    assert answers == dict.fromkeys(others, 405)


@pytest.mark.parametrize("model", ADMIN)
def test_only_the_superuser_enters_the_admin(world: World, model: str):
    page = Row(f"admin:{model}_changelist", "GET", "-", {})

    answers = {caller: world.call(page, caller).status_code for caller in CALLERS}

    assert answers == dict.fromkeys(CALLERS, 302) | {"superuser": 200}


# The other centre


@pytest.mark.parametrize("row", [r for r in ROWS + PAGE_ROWS if r.object != "-"], ids=str)
def test_foreign_object_is_not_found_by_anybody(world: World, row: Row):
    answers = {c: world.call(row, c, of=world.foreign).status_code for c in CALLERS}

    not_logged_in = row.expected["anonymous"]
    assert answers == dict.fromkeys(CALLERS, 404) | {"anonymous": not_logged_in}


@pytest.mark.parametrize("row", [row for row in ROWS if str(row) in SENT], ids=str)
def test_foreign_id_in_a_body_or_query_is_not_found(world: World, row: Row):
    """Each id that is sent, exchanged for the other centre's one at a time."""
    own = row.sent(world.own)
    mixed = {
        field.name: row.sent(replace(world.own, **{field.name: getattr(world.foreign, field.name)}))
        for field in fields(House)
    }
    strange = {name: sent for name, sent in mixed.items() if sent != own}

    answers = {
        name: problem(world.call(row, "coordinator", sent=sent)) for name, sent in strange.items()
    }

    assert answers == dict.fromkeys(strange, (404, "not_found"))


def test_foreign_car_is_not_found(world: World):
    visit = {"modality": "field", "room": None, "vehicle": world.foreign.vehicle.public_id}
    sent = SENT["POST api:bookings"](world.own) | visit

    answer = Api(world.own.staff["coordinator"]).post("bookings/", sent)

    assert problem(answer) == (404, "not_found")


@pytest.mark.parametrize("row", [row for row in ROWS if row.object != "-"], ids=str)
def test_unknown_and_foreign_are_one_answer(world: World, row: Row):
    """D39: nobody learns from a refusal that another centre knows somebody."""
    unknown = replace(world.foreign, **{row.object: "00000000-0000-4000-8000-000000000000"})

    answers = [world.call(row, "coordinator", of=of) for of in (world.foreign, unknown)]

    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.method == "GET" and row.object == "-"], ids=str
)
def test_lists_hold_nothing_foreign(world: World, row: Row):
    theirs = {
        str(getattr(world.foreign, field.name).public_id)
        for field in fields(House)
        if hasattr(getattr(world.foreign, field.name), "public_id")
    }
    caller = "data-officer" if row.route == "api:access-log" else "manager"

    text = world.call(row, caller).content.decode()

    assert {public_id for public_id in theirs if public_id in text} == set()


# Without need to know, and behind a wall (D12)


def ids(answer: HttpResponse) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {found["id"] for found in answer.json()["results"]}


def listed(world: World, caller: str, path: str, **query: Any) -> set[str]:
    return ids(Api(world.own.staff[caller]).get(path, query))


@pytest.mark.parametrize("caller", ["stranger", "kin", "shelter", "leader", "data-officer"])
def test_calendar_shows_busy_to_who_need_not_know(world: World, caller: str):
    window = {"from": wire(NOW), "to": in_days(1)}

    answer = Api(world.own.staff[caller]).get("calendar/", window)

    event = {key: answer.json()["results"][0][key] for key in ("known", "title", "service")}
    assert event == {"known": False, "title": "busy", "service": None}
    assert answer.json()["results"][0]["people"] == []


@pytest.mark.parametrize("caller", ["psychologist", "coordinator", "manager"])
def test_calendar_shows_more_to_who_needs_to_know(world: World, caller: str):
    window = {"from": wire(NOW), "to": in_days(1)}

    answer = Api(world.own.staff[caller]).get("calendar/", window)

    assert answer.json()["results"][0]["people"] == [
        {"id": str(world.own.mother.public_id), "outcome": None}
    ]


def test_stranger_finds_the_name_but_none_of_the_bookings(world: World):
    name = world.own.mother.family_name

    assert listed(world, "stranger", "people/", search=name) == {str(world.own.mother.public_id)}
    assert listed(world, "stranger", "bookings/") == set()
    assert listed(world, "stranger", "cases/") == set()


@pytest.mark.parametrize("path", ["people/", "bookings/", "cases/", "tasks/"])
def test_walled_coordinator_does_not_find_the_family(world: World, path: str):
    house = world.own
    sessions = Booking.objects.filter(session__isnull=False, centre=house.centre)
    task = Task.objects.get(about=f"group:{house.group.public_id}")
    others = {
        "people/": {str(house.father.public_id)},
        "bookings/": {str(one.public_id) for one in sessions},  # nobody's but the leader's
        "tasks/": {str(task.public_id)},
    }.get(path, set())
    assert listed(world, "kin", path) == others
    assert listed(world, "coordinator", path) != set()


def test_walled_colleague_is_not_offered_hours_with_the_family(world: World):
    house = world.own
    sent = SENT["GET api:slots"](house) | {"person": str(house.child.public_id)}
    del sent["specialist"]
    house.staff["stranger"].walls.create(household=house.household)

    answer = Api(house.staff["manager"]).get("slots/", sent | {"page_size": 500})

    offered = {slot["specialist"] for slot in answer.json()["results"]}
    house.staff["stranger"].walls.all().delete()
    assert offered == {str(house.specialist.public_id)}


# Roles and tokens come and go


@pytest.mark.parametrize(
    ("from_on", "until_on", "seen"),
    [
        (MONDAY, MONDAY, 1),  # its only day
        (MONDAY + timedelta(days=1), None, 0),  # not begun
        (MONDAY - timedelta(days=9), MONDAY - timedelta(days=1), 0),  # over since yesterday
        (MONDAY - timedelta(days=9), None, 1),
    ],
)
def test_role_counts_on_its_first_and_last_day(world: World, from_on, until_on, seen):
    with transaction.atomic():
        user = User.objects.create(username="dated")
        Role.objects.create(
            user=user,
            centre=world.own.centre,
            name=Role.Name.MANAGER,
            from_on=from_on,
            until_on=until_on,
        )
        found = Api(user).get("centres/").json()["count"]
        transaction.set_rollback(True)

    assert found == seen


def test_own_calendar_of_a_former_centre_is_masked(world: World):
    """Who has left a centre needs to know nothing of its families, her own sessions included."""
    psychologist = world.own.staff["psychologist"]
    window = {"from": wire(NOW), "to": in_days(1), "resource": world.own.specialist.public_id}
    with transaction.atomic():
        psychologist.roles.update(until_on=MONDAY - timedelta(days=1))
        Role.objects.create(
            user=psychologist,
            centre=world.foreign.centre,
            name=Role.Name.PSYCHOLOGIST,
            from_on=date(2020, 1, 1),
        )
        events = Api(psychologist).get("calendar/", window).json()["results"]
        transaction.set_rollback(True)

    assert [event["known"] for event in events] == [False]


def test_token_of_an_inactive_user_opens_nothing(world: World):
    with transaction.atomic():
        api = Api(world.own.staff["manager"])
        User.objects.filter(pk=world.own.staff["manager"].pk).update(is_active=False)
        answer = problem(api.get("centres/"))
        transaction.set_rollback(True)

    assert answer == (401, "authentication_failed")


@pytest.mark.parametrize(("expires_in", "status"), [(-1, 401), (0, 401), (1, 200)])
def test_token_ends_when_it_expires(world: World, expires_in: int, status: int):
    with transaction.atomic():
        key = token(world.own.staff["manager"], expires_at=NOW + timedelta(seconds=expires_in))
        answer = Api(authorization=f"Token {key}").get("centres/")
        transaction.set_rollback(True)

    assert answer.status_code == status


def test_browser_session_needs_the_csrf_token_to_change_anything(world: World):
    client = browser(world.own.staff["manager"], csrf_checked=True)

    answer = client.post(reverse("api:feeds"), "{}", "application/json")

    assert problem(answer) == (403, "permission_denied")
