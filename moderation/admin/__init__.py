"""The admin pages of chat: people, rooms, messages, sanctions, reports and the audit log."""

from moderation.admin import messages, people, rooms, sanctions

__all__ = ["messages", "people", "rooms", "sanctions"]
