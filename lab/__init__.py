"""The tutorial, running: stock Channels consumers, a page each. Off unless `LAB` is on."""
