"""Plugins of accounts: an app passes an `AccountsPlugin` to `use` in its `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPlugin:
    """The functions of one app. They are called while no log is locked.

    `on_signup` gets each new account, but no guests. `on_delete` gets a person whose account is about to be deleted,
    and again when a deletion that failed halfway is repeated. `on_browser` gets a person and the hash of the browser in
    which they log in, log out or delete the account.
    """

    on_signup: Callable[["User"], None] | None = None
    on_delete: Callable[["User"], None] | None = None
    on_browser: Callable[["User", str], None] | None = None


PLUGINS: Final[list[AccountsPlugin]] = []


def use(plugin: AccountsPlugin) -> None:
    """Add the plugin of an app. Raise `ValueError` when it is already registered."""
    if plugin in PLUGINS:
        raise ValueError("registered already")
    PLUGINS.append(plugin)
