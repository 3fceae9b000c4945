"""An app that only the tests install: what a game will ask of `realtime` and `chat`, in small."""
