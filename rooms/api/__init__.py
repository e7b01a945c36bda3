"""HTTP to rooms, cars, units, stays and toys."""
