"""Moderation: each function checks permissions first, then stages its events and rows."""
