"""Plugin of files: an app above passes a `FilesPlugin` to `use` in its `AppConfig.ready`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from realtime import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesPlugin:
    """The answers of an app to the questions of files.

    `may_read(caller, log, offset)`: may this reader, None for a visitor, see the message at this offset of the log with
    this primary key now? Without an offset: may they read the room? A removed message, a ban and a room that was left
    are a no. An error counts as a no.
    `is_gone(log, offset)`: is this message deleted, and can nobody restore it any more?
    """

    may_read: Callable[[Caller | None, int, int | None], bool]
    is_gone: Callable[[int, int], bool]


_plugins: Final[list[FilesPlugin]] = []


def use(plugin: FilesPlugin) -> None:
    """Register the plugin. Raise `ValueError` for a second one."""
    if _plugins:
        raise ValueError("registered already")
    _plugins.append(plugin)


def may_read(caller: Caller | None, log: int, offset: int | None) -> bool:
    """Ask the plugin. Nobody may read files of messages while there is none."""
    return any(plugin.may_read(caller, log, offset) for plugin in _plugins)


def is_gone(log: int, offset: int) -> bool:
    """Ask the plugin whether nobody can restore the message. Without one it is kept."""
    return any(plugin.is_gone(log, offset) for plugin in _plugins)
