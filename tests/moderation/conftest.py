"""The room of the tests of moderation."""

from tests.chat.conftest import key

__all__ = ["key"]
