"""`manage.py serve`: Parlor for others. One process, or several behind one port; no autoreload, never DEBUG."""

import asyncio
import os
import signal
import socket
import sys
from argparse import SUPPRESS
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from daphne.management.commands.runserver import get_default_application
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from realtime.server import supervisor
from realtime.server.banner_pages import pages
from realtime.server.drain import on_drain
from realtime.server.options import add_options, chosen, set_up_logging
from realtime.server.socket_activation import SocketActivatedServer
from realtime.server.sockets import inherited, listen, place, spoken, why_not
from realtime.server.startup_banner import announce, announce_behind_proxy
from realtime.storage.sqlite.serving import AlreadyServed, hold_database

GRACE_S = 0.5
"""what was accepted just before a process stops listening has sent its request by then"""


class Command(BaseCommand):
    help = "Serves Parlor to others: one process, or several behind one port."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-b", "--bind", default=settings.HOST, help="Address to listen on. Default: HOST.")
        parser.add_argument("-p", "--port", type=int, default=settings.PORT, help="Port. Default: PORT.")
        parser.add_argument("-u", "--unix-socket", help="Listen on this path instead. One process only.")
        parser.add_argument("--fd", type=int, help="Listen on this descriptor instead, for example of systemd: 3.")
        parser.add_argument(
            "-e",
            "--endpoint",
            action="append",
            default=[],
            help="Listen on this endpoint of Twisted's instead, for example "
            "ssl:443:privateKey=key.pem:certKey=chain.pem. One process only.",
        )
        parser.add_argument(
            "-n", "--processes", type=int, default=1, help="How many serve. More than one: PostgreSQL and Redis."
        )
        parser.add_argument("--child", help=SUPPRESS)
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        set_up_logging(options)
        if options["child"]:
            return self.serve_as_child(options)
        if options["processes"] < 1:
            raise CommandError("There must be at least one process.")
        if options["processes"] > 1:
            return self.supervise(options)
        return self.serve_alone(options)

    # One process

    def serve_alone(self, options: dict[str, Any]) -> None:
        try:
            self.serving = hold_database()
        except AlreadyServed as refusal:
            raise CommandError(str(refusal)) from None
        sockets = [] if self.endpoints(options) else [self.opened(options)]
        announcement = self.announcement(options, sockets)
        signal.signal(signal.SIGHUP, self.refuse_renewal)
        self.run_server(options, sockets, self.endpoints(options), announcement)

    def refuse_renewal(self, *_: object) -> None:
        self.stderr.write("One process has nobody to take its place: stop it and start it again.")

    # Several

    def supervise(self, options: dict[str, Any]) -> None:
        self.refuse_unless_shared(options)
        listening = self.opened(options)
        announcement = self.announcement(options, [listening])
        command = [sys.executable, *sys.orig_argv[1:], "--skip-checks"]
        raise SystemExit(
            asyncio.run(supervisor.Supervisor(command, [listening], options["processes"], announcement).run())
        )

    def refuse_unless_shared(self, options: dict[str, Any]) -> None:
        missing = []
        if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
            missing.append("DATABASE_URL=postgres://user:password@host/name (a SQLite file has one serving process)")
        if not settings.REDIS_URL:
            missing.append("REDIS_URL=redis://host:6379/0 (how processes tell each other what is new)")
        if missing:
            raise CommandError(f"More than one process needs {' and '.join(missing)}.")
        if self.endpoints(options):
            raise CommandError("More than one process listens on an address and port, or on --fd.")

    def serve_as_child(self, options: dict[str, Any]) -> None:
        *listening, last = (int(descriptor) for descriptor in options["child"].split(","))
        lifeline = socket.socket(fileno=last)
        sockets = [socket.socket(fileno=descriptor) for descriptor in listening]

        def ready() -> None:
            asyncio.get_event_loop().add_reader(lifeline, self.leave)
            self.beat()

        self.lifeline = lifeline
        self.run_server(options, sockets, [], ready)

    def beat(self) -> None:
        """Say that the process is ready, and later that it lives: the supervisor kills one that falls silent."""
        with suppress(OSError):
            self.lifeline.send(b".", socket.MSG_DONTWAIT)
        asyncio.get_event_loop().call_later(supervisor.BEAT_S, self.beat)

    def leave(self) -> None:
        """The supervisor is gone: nobody would start this process again, or stop it."""
        asyncio.get_event_loop().remove_reader(self.lifeline)
        os.kill(os.getpid(), signal.SIGTERM)

    # All of them

    def run_server(
        self, options: dict[str, Any], sockets: list[socket.socket], endpoints: list[str], ready: Callable[[], object]
    ) -> None:
        on_drain(grace)
        asked = chosen(options) | {"deflate": settings.WEBSOCKET_DEFLATE}
        SocketActivatedServer(get_default_application(), endpoints, sockets, ready, **asked).run()

    def endpoints(self, options: dict[str, Any]) -> list[str]:
        unix = [f"unix:{options['unix_socket']}"] if options["unix_socket"] else []
        return [*unix, *options["endpoint"]]

    def opened(self, options: dict[str, Any]) -> socket.socket:
        descriptor, host, port = options["fd"], options["bind"], options["port"]
        try:
            return listen(host, port) if descriptor is None else inherited(descriptor)
        except OSError as error:
            if descriptor is None:
                raise CommandError(why_not(host, port, error)) from None
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise CommandError(f"Cannot listen on descriptor {descriptor}: {reason}.") from None

    def announcement(self, options: dict[str, Any], sockets: list[socket.socket]) -> Callable[[], None]:
        """What to say once the server listens; asked of the database before, which is let go."""
        greetings = pages()
        let_go()
        host, port = place(sockets[0]) if sockets else ("", 0)
        listening = " and ".join([*map(spoken, sockets), *self.endpoints(options)])

        def say() -> None:
            if settings.HTTPS or not host:
                announce_behind_proxy(self.stdout.write, listening, greetings)
            else:
                announce(self.stdout.write, host, port, greetings)
            self.stdout.flush()

        return say


def let_go() -> None:
    """Who supervises holds no connection, and who serves makes its own."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()


async def grace() -> None:
    await asyncio.sleep(GRACE_S)
