"""The booking core: someone holds a resource for an interval."""
