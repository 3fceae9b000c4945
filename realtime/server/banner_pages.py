"""What the server says about the application when it has begun to listen: an address to open once, for example."""

from collections.abc import Callable, Iterable
from typing import Final

Greeting = Callable[[], Iterable[tuple[str, str]]]
"""`(words, path)` of each page; asked before the server listens, outside the event loop, so that it may query"""
_greetings: Final[list[Greeting]] = []


def greets(function: Greeting) -> Greeting:
    """From `AppConfig.ready`."""
    _greetings.append(function)
    return function


def pages() -> list[tuple[str, str]]:
    return [page for greeting in _greetings for page in greeting()]
