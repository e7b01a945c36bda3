"""Setting up: rooms and what they offer."""

from django.contrib import admin

from rooms.models import Room


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ("resource", "floor", "features")
