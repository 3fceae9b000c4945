"""Rooms, memberships, invites, lines. What games add comes through `chat.plugin`."""
