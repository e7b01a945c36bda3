"""Shapes of the API of units, stays and toys: typed input, and what answers look like."""
