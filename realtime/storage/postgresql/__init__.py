"""The PostgreSQL backend: Django's, durable in every transaction, with a timeout for every wait."""
