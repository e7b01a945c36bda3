"""Workshops, their groups and sessions, enrolments and waiting lists (D13-D16)."""
