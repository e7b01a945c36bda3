"""Calendars that staff bring in: nothing is kept of them but when they are busy."""
