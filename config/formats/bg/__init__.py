"""Bulgarian dates and hours (D38): Django's own `bg` gets all of them wrong."""
