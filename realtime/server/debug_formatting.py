"""Autobahn formats and colours text for its debug log even when the log is off: a sixth of a handshake's time."""

from typing import Any, Final

from autobahn.twisted import websocket as adapter
from autobahn.websocket import protocol

FORMATTERS: Final = {protocol: ("pformat", "hltype", "hlval"), adapter: ("hltype", "hlval")}


def skip_debug_formatting() -> None:
    """Replace autobahn's formatters by a function that returns its argument."""
    for module, names in FORMATTERS.items():
        for name in names:
            setattr(module, name, unchanged)


def unchanged(value: Any, *_args: Any, **_options: Any) -> Any:
    return value
