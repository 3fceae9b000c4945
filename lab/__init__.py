"""The WebSocket tutorial, running: stock Channels consumers with a page each. It is there only while `LAB` is on."""
