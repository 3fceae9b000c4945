"""Functions that other apps register from `AppConfig.ready`, for people who are new or leave forever."""

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
    """Register a function of a person and the hash of a browser in which they log in, log out or leave forever."""
    BROWSERS.append(function)
    return function


def farewell(function: Farewell) -> Farewell:
    """Register a function of a person whose account is about to be deleted.

    No log is locked meanwhile. After a failure the function is called again.
    """
    FAREWELLS.append(function)
    return function


def newcomer(function: Newcomer) -> Newcomer:
    """Register a function of each new account. No log is locked meanwhile. Guests are not passed to it."""
    NEWCOMERS.append(function)
    return function
