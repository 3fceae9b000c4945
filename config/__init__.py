"""The composition root: it sees every app and none sees it."""

__version__ = "0.1.0"
