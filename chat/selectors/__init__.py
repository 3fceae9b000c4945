"""Read rooms from the database. Every list is bounded and indexed, and messages are filtered by the reader's scopes."""

from chat.selectors import invites
from chat.selectors.access import may_open, may_read, may_read_all
from chat.selectors.own_rooms import welcome
from chat.selectors.rooms import snapshot

__all__ = ["invites", "may_open", "may_read", "may_read_all", "snapshot", "welcome"]
