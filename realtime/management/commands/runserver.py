"""`manage.py runserver`: daphne's command with Parlor's server, alone on a SQLite database, and an address to open."""

import os
from functools import partial
from socket import gaierror, getaddrinfo
from typing import Any, Final

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from realtime.server.banner_pages import pages
from realtime.server.server import OPTIONS, Server
from realtime.server.sockets import why_not
from realtime.server.startup_banner import announce
from realtime.storage.sqlite.serving import AlreadyServed, hold_database

DAPHNES_DEFAULTS: Final = ("websocket_handshake_timeout", "websocket_max_message_size", "websocket_max_frame_size")
"""of its command: it hands them to the server as if they had been asked for"""


class Command(DaphneCommand):
    help = "Serves Parlor to who develops it; for others there is `serve`."
    default_addr = os.environ.get("HOST") or DaphneCommand.default_addr
    default_port = os.environ.get("PORT") or DaphneCommand.default_port

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(use_static_handler=False)  # the middleware serves them, and says how long they may be kept
        parser.set_defaults(**{name: OPTIONS[name] for name in DAPHNES_DEFAULTS})

    def inner_run(self, *args: Any, **options: Any) -> None:
        """Under the autoreloader only the child that serves comes here."""
        self.server_cls = partial(Server, listening=self.announce, deflate=settings.WEBSOCKET_DEFLATE)
        try:
            getaddrinfo(self.addr, self.port)
            self.serving = hold_database()
            self.pages = pages()
            connections.close_all()
            super().inner_run(*args, **options)
        except gaierror as error:
            self.stderr.write(f"Error: {why_not(self.addr, self.port, error)}")
            os._exit(1)
        except (AlreadyServed, SystemExit) as refusal:
            self.stderr.write(f"Error: {refusal}")
            os._exit(1)  # as Django does: under the autoreloader this is a thread, and cannot exit otherwise

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Log what a developer looks for: no static file that was found, and no WebSocket without DEBUG."""
        if protocol == "websocket" and not settings.DEBUG and action != "rejected":
            return
        static = str(details.get("path", "")).startswith(settings.STATIC_URL)
        if not (protocol == "http" and static and details.get("status", 500) < 400):
            super().log_action(protocol, action, details)

    def announce(self, host: str, port: int) -> None:
        announce(self.stdout.write, host, port, self.pages)
        self.stdout.flush()
