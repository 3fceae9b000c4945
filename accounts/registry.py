"""What other apps add to accounts from their `AppConfig.ready`: what is done for somebody new."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from accounts.models import User

Newcomer = Callable[["User"], None]
NEWCOMERS: Final[list[Newcomer]] = []


def newcomer(function: Newcomer) -> Newcomer:
    """Called with each new account while no log is locked. Guests come through a door of their own."""
    NEWCOMERS.append(function)
    return function
