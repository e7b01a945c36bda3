"""Routes of people and cases."""

from django.urls import path

from people import api

api_patterns = [
    path("centres/", api.Centres.as_view(), name="centres"),
    path("people/", api.People.as_view(), name="people"),
    path("people/<uuid:public_id>/", api.OnePerson.as_view(), name="person"),
    path("people/<uuid:public_id>/contact/", api.OneCard.as_view(), name="contact"),
    path("people/<uuid:public_id>/carers/", api.Carers.as_view(), name="carers"),
    path("carers/<uuid:public_id>/", api.OneCarer.as_view(), name="carer"),
    path("people/<uuid:public_id>/no-contacts/", api.Pairs.as_view(), name="pairs"),
    path("no-contacts/<uuid:public_id>/", api.OnePair.as_view(), name="pair"),
    path("people/<uuid:public_id>/walls/", api.Walls.as_view(), name="walls"),
    path("walls/<uuid:public_id>/", api.OneWall.as_view(), name="wall"),
    path("contacts/<uuid:public_id>/verify/", api.VerifyCard.as_view(), name="verify"),
    path("contacts/<uuid:public_id>/opt-out/", api.OptOut.as_view(), name="opt-out"),
    path("cases/", api.Cases.as_view(), name="cases"),
    path("cases/<uuid:public_id>/", api.OneCase.as_view(), name="case"),
    path("cases/<uuid:public_id>/planned/", api.PlannedCase.as_view(), name="case-planned"),
    path("cases/<uuid:public_id>/close/", api.ClosedCase.as_view(), name="case-close"),
    path("cases/<uuid:public_id>/documents/", api.CaseDocuments.as_view(), name="documents"),
    path("tasks/", api.Tasks.as_view(), name="tasks"),
    path("tasks/<uuid:public_id>/done/", api.DoneTask.as_view(), name="done"),
    path("access-log/", api.AccessLog.as_view(), name="access-log"),
]
