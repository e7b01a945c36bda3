"""Shapes of the booking core's API."""
