"""The WebSocket tutorial as running pages, each with a stock Channels consumer. It needs the setting `LAB`."""
