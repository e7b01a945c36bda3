"""Routes of rooms, cars, units, stays and toys."""

from django.urls import path

from rooms.api import places, stays, toys, units

STAY = "stays/<uuid:public_id>/"

api_patterns = [
    path("rooms/", places.Rooms.as_view(), name="rooms"),
    path("vehicles/", places.Vehicles.as_view(), name="vehicles"),
    path("buildings/", places.Buildings.as_view(), name="buildings"),
    path("units/", units.Units.as_view(), name="units"),
    path("units/availability/", units.Availability.as_view(), name="units-availability"),
    path("units/<uuid:public_id>/ready/", units.ReadyUnit.as_view(), name="unit-ready"),
    path(
        "units/<uuid:public_id>/out-of-service/",
        units.OutOfService.as_view(),
        name="unit-out-of-service",
    ),
    path("cots/", units.Cots.as_view(), name="cots"),
    path("board/", units.OneBoard.as_view(), name="board"),
    path("tonight/", units.Evening.as_view(), name="tonight"),
    path("stays/", stays.Stays.as_view(), name="stays"),
    path(STAY, stays.OneStay.as_view(), name="stay"),
    path(f"{STAY}offer/", stays.Offer.as_view(), name="stay-offer"),
    path(f"{STAY}confirm/", stays.ConfirmStay.as_view(), name="stay-confirm"),
    path(f"{STAY}close/", stays.CloseStay.as_view(), name="stay-close"),
    path(f"{STAY}check-in/", stays.CheckIn.as_view(), name="check-in"),
    path(f"{STAY}check-out/", stays.CheckOut.as_view(), name="check-out"),
    path(f"{STAY}ready/", stays.ReadyStay.as_view(), name="stay-ready"),
    path(f"{STAY}extend/", stays.Extend.as_view(), name="extend"),
    path(f"{STAY}move/", stays.Move.as_view(), name="move"),
    path(f"{STAY}absence/", stays.Absences.as_view(), name="absence"),
    path(f"{STAY}members/", stays.Members.as_view(), name="members"),
    path(f"{STAY}changes/", stays.StayChanges.as_view(), name="stay-changes"),
    path("turned-away/", units.TurnedAway.as_view(), name="turned-away"),
    path("toys/", toys.Toys.as_view(), name="toys"),
    path("loans/", toys.Loans.as_view(), name="loans"),
    path("loans/<uuid:public_id>/return/", toys.ReturnToy.as_view(), name="loan-return"),
]
