"""Daphne's server, subclassed: bounds, direct writes to a WebSocket's socket, and a drain before it stops."""

from realtime.server.processes.drain import on_drain

__all__ = ["on_drain"]
