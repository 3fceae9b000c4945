"""The options of daphne's command line for `serve`. An option that is given replaces the server's own `OPTIONS`.

Options that are not given are not passed on, so that the server's defaults apply, and not daphne's.
"""

import logging
import math
from argparse import ArgumentTypeError
from typing import Any, Final

from daphne.access import AccessLogGenerator
from django.core.management.base import CommandError, CommandParser

from realtime.server.processes.sockets import reason_text

PASSED_ON: Final = (
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
"""Log levels by verbosity, as in daphne; at 1 the settings decide."""
STANDARD_OUTPUT: Final = 1


def add_options(parser: CommandParser) -> None:
    add = parser.add_argument_group("daphne's options").add_argument
    add("-t", "--http-timeout", type=seconds, help="Seconds until a request without an answer is answered 503.")
    add("--ping-interval", type=seconds, help="Seconds of silence before a WebSocket is pinged.")
    add("--ping-timeout", type=seconds, help="Seconds until a WebSocket that answers no ping is dropped; 0 is never.")
    add("--websocket_timeout", type=seconds_or_never, help="Seconds that a WebSocket may last; -1 is forever.")
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
    add("-s", "--server-name", help="The header Server of responses.")
    add("--no-server-name", dest="server_name", action="store_const", const="", help="Send no header Server.")
    add("--access-log", help="Append a line for each request to this file; - is the standard output.")
    add("--log-fmt", type=logging.Formatter, help="The format of a log line, in logging's %%-style.")


def server_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the given options as the server's constructor takes them. Opens the access log."""
    given = {name: options[name] for name in PASSED_ON if options.get(name) is not None}
    if path := options.get("access_log"):
        given["action_logger"] = access_log(path)
    return given


def set_up_logging(options: dict[str, Any]) -> None:
    if formatter := options.get("log_fmt"):
        for handler in logging.getLogger().handlers:
            handler.setFormatter(formatter)
    if level := LEVELS.get(options["verbosity"]):
        for name in ("", "daphne"):
            logging.getLogger(name).setLevel(level)


def access_log(path: str) -> AccessLogGenerator:
    """Open the access log with a buffer of one line, so that several processes can share it."""
    standard = path == "-"
    try:
        stream = open(STANDARD_OUTPUT if standard else path, "a", buffering=1, closefd=not standard)  # noqa: SIM115
    except OSError as error:
        raise CommandError(f"Cannot write to {path}: {reason_text(error)}.") from None
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
