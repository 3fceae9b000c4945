"""Chat in the admin: people and what may be done about them, rooms, lines, sanctions, reports, the audit."""

from moderation.admin import messages, people, rooms, sanctions

__all__ = ["messages", "people", "rooms", "sanctions"]
