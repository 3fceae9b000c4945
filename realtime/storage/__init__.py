"""Databases: two backends, prepared queries, bulk inserts, backups, and the base of the admin."""
