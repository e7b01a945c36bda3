"""Django's own PostgreSQL backend, with a pool that asks a connection how it is only when there is
reason to doubt it (`ENGINE` of the settings)."""
