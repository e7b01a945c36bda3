"""HTTP to workshops."""
