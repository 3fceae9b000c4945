"""What other apps add to accounts from their `AppConfig.ready`: what is done for who is new or goes for good."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from accounts.models import User

Newcomer = Callable[["User"], None]
NEWCOMERS: Final[list[Newcomer]] = []


Farewell = Callable[["User"], None]
FAREWELLS: Final[list[Farewell]] = []


Browser = Callable[["User", str], None]
BROWSERS: Final[list[Browser]] = []


def browser(function: Browser) -> Browser:
    """Called with a person and the hash of a browser in which they log in, log out or leave for good."""
    BROWSERS.append(function)
    return function


def farewell(function: Farewell) -> Farewell:
    """Called with who is about to be forgotten, while no log is locked. It can be called again where it stopped."""
    FAREWELLS.append(function)
    return function


def newcomer(function: Newcomer) -> Newcomer:
    """Called with each new account while no log is locked. Guests come through a door of their own."""
    NEWCOMERS.append(function)
    return function
