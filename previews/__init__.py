"""Previews of links: fetched once by a background task, never by a reader's browser, and stored with the message."""
