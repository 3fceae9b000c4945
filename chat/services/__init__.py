"""What may happen in rooms. Every act refuses first, then stages its one event and its rows in the batch."""
