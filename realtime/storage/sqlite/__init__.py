"""The SQLite backend: Django's, durable on every connection, with a fair lock between writers."""
