"""Centres, users and their roles, persons, households, contact cards, cases."""
