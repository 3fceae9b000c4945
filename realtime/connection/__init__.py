"""One client of this process: what it sends, and the queue of what is sent to it."""
