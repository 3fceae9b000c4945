"""Services of chat. Each refuses first, then stages its event and its rows in the batch."""
