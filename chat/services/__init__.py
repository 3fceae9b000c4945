"""Services of chat. Each checks permissions first, then adds its event and its rows to the batch."""
