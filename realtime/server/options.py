"""What daphne's command line can be told, for `serve`. What is said there wins over the server's own `OPTIONS`.

Where nothing is said nothing is handed on: the defaults are the server's, and not daphne's.
"""

import logging
import math
import os
from argparse import ArgumentTypeError
from typing import Any, Final

from daphne.access import AccessLogGenerator
from django.core.management.base import CommandError, CommandParser

HANDED_ON: Final = (
    "http_timeout",
    "ping_interval",
    "ping_timeout",
    "websocket_timeout",
    "websocket_connect_timeout",
    "application_close_timeout",
    "root_path",
    "server_name",
    "verbosity",
)
LEVELS: Final = {0: logging.WARNING, 2: logging.DEBUG, 3: logging.DEBUG}
"""by verbosity, as in daphne; at 1 it is the settings' business"""
STANDARD_OUTPUT: Final = 1


def add_options(parser: CommandParser) -> None:
    add = parser.add_argument_group("daphne's options").add_argument
    add("-t", "--http-timeout", type=seconds, help="Seconds until a request without an answer is answered 503.")
    add("--ping-interval", type=seconds, help="Seconds of silence before a WebSocket is pinged.")
    add("--ping-timeout", type=seconds, help="Seconds until a WebSocket that answers no ping is dropped; 0 is never.")
    add("--websocket_timeout", type=seconds_or_never, help="Seconds that a WebSocket may last; -1 is for ever.")
    add(
        "--websocket_connect_timeout",
        type=seconds_or_never,
        help="Seconds until a handshake without an answer is answered 503; -1 is never.",
    )
    add(
        "--application-close-timeout",
        type=seconds,
        help="Seconds that the application has to end after its client is gone.",
    )
    add("--root-path", help="ASGI's root_path.")
    add("-s", "--server-name", help="The header Server of answers.")
    add("--no-server-name", dest="server_name", action="store_const", const="", help="No such header.")
    add("--access-log", help="The file to which a line for each request is added; - is the standard output.")
    add("--log-fmt", type=logging.Formatter, help="How a line of the log is written, in logging's %%-style.")


def chosen(options: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the server's constructor takes it. Opens the access log."""
    said = {name: options[name] for name in HANDED_ON if options.get(name) is not None}
    if path := options.get("access_log"):
        said["action_logger"] = access_log(path)
    return said


def set_up_logging(options: dict[str, Any]) -> None:
    if formatter := options.get("log_fmt"):
        for handler in logging.getLogger().handlers:
            handler.setFormatter(formatter)
    if level := LEVELS.get(options["verbosity"]):
        for name in ("", "daphne"):
            logging.getLogger(name).setLevel(level)


def access_log(path: str) -> AccessLogGenerator:
    """Line by line, so that several processes may share it."""
    standard = path == "-"
    try:
        stream = open(STANDARD_OUTPUT if standard else path, "a", buffering=1, closefd=not standard)  # noqa: SIM115
    except OSError as error:
        raise CommandError(f"Cannot write to {path}: {os.strerror(error.errno or 0)}.") from None
    return AccessLogGenerator(stream)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ArgumentTypeError(f"{text} is no number of seconds")
    return value


def seconds_or_never(text: str) -> float:
    return math.inf if text == "-1" else seconds(text)
