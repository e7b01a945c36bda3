"""Workshops, groups and enrolments."""
