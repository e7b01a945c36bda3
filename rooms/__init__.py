"""Rooms and cars: places and means a booking needs, besides people."""
