"""Connections: the requests of a client, and the queue of what is sent to it."""
