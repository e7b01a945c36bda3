"""Pages that show several packages together: parse, authorise, call once, present."""
