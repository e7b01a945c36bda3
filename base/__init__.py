"""The ground floor: domain errors, the one clock, tasks, idempotency keys, pagination."""
