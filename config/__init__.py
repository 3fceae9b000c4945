"""The composition root: it sees every app and none sees it."""
