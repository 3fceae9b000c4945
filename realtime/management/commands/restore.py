"""`manage.py restore FILE`: what `backup` wrote, in the place of the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.backups import Refused, backups


class Command(BaseCommand):
    help = "Puts what `backup` wrote to FILE in the place of the database, and keeps that. No server may be running."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            former = backups().restore(options["file"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("The database is the one of the backup.")
        if former:
            self.stdout.write(f"The former one is kept as {former}; remove it when nobody needs it.")
        self.check_migrations()
