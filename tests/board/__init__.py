"""Sample project of docs/realtime.md: boards with notes, on Django's own users and sessions."""
