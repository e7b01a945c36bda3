"""HTTP to the booking core."""
