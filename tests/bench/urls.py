"""The program's routes, and the floors."""

from django.urls import include, path

from config.urls import handler404, handler500  # noqa: F401 - Django looks for them here
from tests.bench import views

urlpatterns = [
    path("", include("config.urls")),
    path("bench/floor/", views.Floor.as_view()),
    path("bench/control/", views.Control.as_view()),
]
