"""Databases: two backends, prepared queries, bulk inserts, backups, and the base class of admin pages."""
