"""Serving processes: their sockets, their limits, how they are supervised and how they leave."""
