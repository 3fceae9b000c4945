"""The composition root: it sees every app and none sees it."""

__version__ = "0.2.0.dev0"
