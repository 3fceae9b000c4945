"""The real-time path: protocol, log, writer, hub. It knows logs with readers; no message and no move."""
