"""`manage.py runserver`: daphne's development server with Parlor's server class, and an address to open."""

import os
from functools import partial
from socket import gaierror, getaddrinfo
from typing import Any, Final

from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from realtime.server.processes.sockets import listen_error_text
from realtime.server.server import OPTIONS, Server
from realtime.server.startup_banner import announce, banner_pages
from realtime.storage.sqlite.serving import AlreadyServed, hold_database

DAPHNE_DEFAULTS: Final = ("websocket_handshake_timeout", "websocket_max_message_size", "websocket_max_frame_size")
"""Options that daphne's command always passes to the server, also when they are not given."""


class Command(DaphneCommand):
    help = "Run the development server. Use `serve` in production."
    default_addr = os.environ.get("HOST") or DaphneCommand.default_addr
    default_port = os.environ.get("PORT") or DaphneCommand.default_port

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(use_static_handler=False)  # the middleware serves static files, with cache headers
        parser.set_defaults(**{name: OPTIONS[name] for name in DAPHNE_DEFAULTS})

    def inner_run(self, *args: Any, **options: Any) -> None:
        """Serve. The autoreloader calls this in its child process only."""
        self.server_cls = partial(Server, ready=self.announce, deflate=settings.WEBSOCKET_DEFLATE)
        try:
            getaddrinfo(self.addr, self.port)
            self.database_hold = hold_database()
            self.pages = banner_pages()
            connections.close_all()
            super().inner_run(*args, **options)
        except gaierror as error:
            self.stderr.write(f"Error: {listen_error_text(self.addr, self.port, error)}")
            os._exit(1)
        except (AlreadyServed, SystemExit) as error:
            self.stderr.write(f"Error: {error}")
            os._exit(1)  # as Django does: the autoreloader runs this in a thread, which cannot exit otherwise

    def log_action(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """Log requests, but no static file that was found, and no WebSocket without DEBUG unless it was rejected."""
        if protocol == "websocket" and not settings.DEBUG and action != "rejected":
            return
        static = str(details.get("path", "")).startswith(settings.STATIC_URL)
        if not (protocol == "http" and static and details.get("status", 500) < 400):
            super().log_action(protocol, action, details)

    def announce(self, addresses: list[tuple[str, int]]) -> None:
        for host, port in addresses:
            announce(self.stdout.write, host, port, self.pages)
        self.stdout.flush()
