"""The PostgreSQL backend, and PgBouncer before it."""
