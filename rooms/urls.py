"""Routes of rooms and cars."""

from django.urls import path

from rooms import api

api_patterns = [
    path("rooms/", api.Rooms.as_view(), name="rooms"),
    path("vehicles/", api.Vehicles.as_view(), name="vehicles"),
]
