"""`manage.py runserver`: daphne's command with Parlor's server, alone on a SQLite database, and an address to open."""

import io
import ipaddress
import os
from functools import partial
from typing import Any

import segno
from daphne.management.commands.runserver import Command as DaphneCommand
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from realtime.server.greeting import pages
from realtime.server.server import Server
from realtime.sqlite.base import DatabaseWrapper
from realtime.sqlite.serving import AlreadyServed, serve_alone

EVERYWHERE = {"0", "0.0.0.0", "::"}  # noqa: S104 - compared, not listened on


class Command(DaphneCommand):
    help = "Serves Parlor."
    default_addr = os.environ.get("HOST", DaphneCommand.default_addr)
    default_port = os.environ.get("PORT", DaphneCommand.default_port)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(use_static_handler=False)  # the middleware serves them, and says how long they may be kept

    def inner_run(self, *args: Any, **options: Any) -> None:
        self.server_cls = partial(Server, listening=self.announce, deflate=settings.WEBSOCKET_DEFLATE)
        try:
            self.serve_alone()
            self.pages = pages()
            connections.close_all()
            super().inner_run(*args, **options)
        except (AlreadyServed, SystemExit) as refusal:
            self.stderr.write(f"Error: {refusal}")
            os._exit(1)  # as Django does: under the autoreloader this is a thread, and cannot exit otherwise

    def serve_alone(self) -> None:
        """Under the autoreloader only the child that serves comes here."""
        connection = connections["default"]
        if isinstance(connection, DatabaseWrapper):
            connection.ensure_connection()
            if connection.file:
                self.serving = serve_alone(connection.file)
            connection.close()

    def announce(self, host: str, port: int) -> None:
        here = address("127.0.0.1" if host in EVERYWHERE else host, port)
        others = [address(name, port) for name in other_names()] if host in EVERYWHERE else []
        self.stdout.write("Parlor is at " + " and ".join([here, *others]))
        for other in others:
            self.stdout.write(qr_code(other))
        for words, path in self.pages:
            self.stdout.write(f"{words} {here.rstrip('/')}{path}")
        self.stdout.flush()


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def other_names() -> list[str]:
    """Only a name in ALLOWED_HOSTS is answered, so these are the addresses for others."""
    return [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*")) and not is_local(name)]


def is_local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def qr_code(text: str) -> str:
    picture = io.StringIO()
    segno.make(text, error="l").terminal(picture, compact=True)
    return picture.getvalue()
