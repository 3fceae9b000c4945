"""`manage.py serve`: the production server. One process, or several behind one port; no autoreload, no DEBUG."""

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

from realtime.server.options import add_options, server_options, set_up_logging
from realtime.server.processes import supervisor
from realtime.server.processes.companions import companion_commands
from realtime.server.processes.drain import on_drain
from realtime.server.processes.sockets import (
    activated_socket,
    address_of,
    address_text,
    listen_error_text,
    open_listener,
    reason_text,
)
from realtime.server.server import Server
from realtime.server.startup_banner import announce, announce_behind_proxy, banner_pages
from realtime.storage.sqlite.serving import AlreadyServed, hold_database

GRACE_S = 0.5
"""Connections accepted just before a process stops listening send their requests within this time."""


class Command(BaseCommand):
    help = "Run the production server: one process, or several behind one port."

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
            help="Listen on this endpoint of Twisted instead, for example "
            "ssl:443:privateKey=key.pem:certKey=chain.pem. One process only.",
        )
        parser.add_argument(
            "-n",
            "--processes",
            type=int,
            default=1,
            help="Number of processes. More than one needs PostgreSQL and Redis.",
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
            self.database_hold = hold_database()
        except AlreadyServed as error:
            raise CommandError(str(error)) from None
        endpoints = self.endpoints(options)
        sockets = [] if endpoints else [self.open_socket(options)]
        banner = self.startup_banner(options, sockets)
        signal.signal(signal.SIGHUP, self.ignore_hangup)

        def ready() -> None:
            banner()
            companions = supervisor.Companions(companion_commands())
            companions.start()
            on_drain(companions.stop)

        self.run_server(options, sockets, endpoints, ready)

    def ignore_hangup(self, *_: object) -> None:
        self.stderr.write("One process cannot be replaced while it serves: stop it and start it again.")

    # Several processes

    def supervise(self, options: dict[str, Any]) -> None:
        self.check_shared_services(options)
        listener = self.open_socket(options)
        banner = self.startup_banner(options, [listener])
        command = [sys.executable, *sys.orig_argv[1:], "--skip-checks"]
        supervised = supervisor.Supervisor(command, [listener], options["processes"], banner, companion_commands())
        raise SystemExit(asyncio.run(supervised.run()))

    def check_shared_services(self, options: dict[str, Any]) -> None:
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
        *listeners, lifeline = (socket.socket(fileno=int(number)) for number in options["child"].split(","))

        def ready() -> None:
            asyncio.get_event_loop().add_reader(lifeline, self.stop_without_supervisor)
            self.send_heartbeat()

        self.lifeline = lifeline
        self.run_server(options, listeners, [], ready)

    def send_heartbeat(self) -> None:
        """Report that the process is ready, and later that it lives. The supervisor kills a silent process."""
        with suppress(OSError):
            self.lifeline.send(b".", socket.MSG_DONTWAIT)
        asyncio.get_event_loop().call_later(supervisor.HEARTBEAT_S, self.send_heartbeat)

    def stop_without_supervisor(self) -> None:
        """Stop when the supervisor is gone, because nothing would restart or stop this process."""
        asyncio.get_event_loop().remove_reader(self.lifeline)
        os.kill(os.getpid(), signal.SIGTERM)

    # Both

    def run_server(
        self, options: dict[str, Any], sockets: list[socket.socket], endpoints: list[str], ready: Callable[[], object]
    ) -> None:
        on_drain(wait_for_requests)
        Server(
            get_default_application(),
            endpoints,
            lambda _addresses: ready(),
            settings.WEBSOCKET_DEFLATE,
            sockets,
            **server_options(options),
        ).run()

    def endpoints(self, options: dict[str, Any]) -> list[str]:
        unix = [f"unix:{options['unix_socket']}"] if options["unix_socket"] else []
        return [*unix, *options["endpoint"]]

    def open_socket(self, options: dict[str, Any]) -> socket.socket:
        descriptor, host, port = options["fd"], options["bind"], options["port"]
        try:
            return open_listener(host, port) if descriptor is None else activated_socket(descriptor)
        except OSError as error:
            if descriptor is None:
                raise CommandError(listen_error_text(host, port, error)) from None
            raise CommandError(f"Cannot listen on descriptor {descriptor}: {reason_text(error)}.") from None

    def startup_banner(self, options: dict[str, Any], sockets: list[socket.socket]) -> Callable[[], None]:
        """Return what prints the banner. Its pages query the database here, and the connection is closed again."""
        pages = banner_pages()
        close_connections()
        addresses = [address_of(listener) for listener in sockets]
        listening = " and ".join([*(address_text(*address) for address in addresses), *self.endpoints(options)])

        def write() -> None:
            if settings.HTTPS or not addresses:
                announce_behind_proxy(self.stdout.write, listening, pages)
            else:
                announce(self.stdout.write, *addresses[0], pages)
            self.stdout.flush()

        return write


def close_connections() -> None:
    """Close the database connections: a supervisor keeps none, and a server opens its own."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()


async def wait_for_requests() -> None:
    await asyncio.sleep(GRACE_S)
