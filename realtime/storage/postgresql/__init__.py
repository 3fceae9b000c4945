"""A database backend: Django's PostgreSQL, durable in every transaction and with a bound on every wait."""
