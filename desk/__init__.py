"""Pages that show several packages together: today, find time, a person."""
