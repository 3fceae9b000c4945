"""The project: settings, addresses and the ASGI application. It imports the apps; no app imports it."""

__version__ = "0.2.0.dev0"
