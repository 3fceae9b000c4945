"""`manage.py worker`: run background tasks until SIGTERM. `serve` starts one; more can run beside it."""

import signal
import socket
from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tasks.queue import in_database
from tasks.worker import Worker


class Command(BaseCommand):
    help = "Run background tasks. `serve` starts one worker by itself; start more only if tasks wait too long."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--child", type=int, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not in_database():
            raise CommandError("TASKS_BACKEND names another queue, which has a worker of its own.")
        child = options["child"]
        worker = Worker(None if child is None else socket.socket(fileno=child))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        worker.run()
