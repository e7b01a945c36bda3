"""Setting up: rooms, units and what they offer. Where the house is, shelter staff write down
themselves."""

from django.contrib import admin

from rooms.models import Building, CotMove, OfficialPlaces, Room, Unit


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    list_display = ("resource", "floor", "features")


@admin.register(Building)
class BuildingAdmin(admin.ModelAdmin):
    list_display = ("name", "centre")
    exclude = ("address",)


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ("resource", "building", "kind", "beds", "features")
    list_filter = ("building", "kind")


@admin.register(CotMove)
class CotMoveAdmin(admin.ModelAdmin):
    """The first cots of a unit; later they are moved on its page."""

    list_display = ("on", "count", "taken_from", "brought_to")
    exclude = ("by",)


@admin.register(OfficialPlaces)
class OfficialPlacesAdmin(admin.ModelAdmin):
    list_display = ("centre", "kind", "places", "from_on")
