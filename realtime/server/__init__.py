"""Daphne's server, subclassed: what an application needs to know about a connection, and a way to leave politely."""

from realtime.server.drain import on_drain

__all__ = ["on_drain"]
