"""A database backend: Django's SQLite, durable on every connection and shared fairly between writers."""
