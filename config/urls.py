"""Root URLs."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

import notifications.urls
import people.urls
import rooms.urls
import scheduling.urls
import workshops.urls
from config import health, pages

api_patterns = [
    *scheduling.urls.api_patterns,
    *people.urls.api_patterns,
    *rooms.urls.api_patterns,
    *workshops.urls.api_patterns,
    *notifications.urls.api_patterns,
]

account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((api_patterns, "api"))),
    re_path(r"^api/v1/.*\.ics$", pages.nothing_here, name="api-nothing"),
    re_path(r"^api/v1/.*/$", pages.nothing_here, name="api-nothing"),
    path("", include("scheduling.urls")),
    path("", include("workshops.urls")),
    path("", include("notifications.urls")),
    path("", include("desk.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("accounts/", include(account_patterns)),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url="/static/icon.svg"), name="favicon"),
]

handler404 = "config.pages.not_found"
handler500 = "config.pages.failed"
