"""Sanctions, reports, room rules, the audit log and the admin pages. `chat` asks this app through `chat.plugin`."""
