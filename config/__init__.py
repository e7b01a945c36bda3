"""Settings, root URLs, the table from errors to HTTP, shared templates and static files."""
