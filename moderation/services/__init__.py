"""Moderation: each function refuses first, then stages its events and rows in the batch."""
