"""Reminders, deliveries, message texts, the SMS gateway."""
