"""`manage.py restore FILE`: what `backup` wrote, in the place of the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.storage.backups import Refused, backups
from realtime.storage.backups.undone import logins_end, undone_since


class Command(BaseCommand):
    help = "Puts what `backup` wrote to FILE in the place of the database, and keeps that. No server may be running."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument(
            "--keep-logins",
            action="store_true",
            help="Let the log-ins of the backup go on, also those that were ended since it was made.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            former = backups().restore(options["file"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("The database is the one of the backup.")
        if former:
            self.stdout.write(f"The former one is kept as {former}; remove it when nobody needs it.")
        if not options["keep_logins"]:
            for said in logins_end():
                self.stdout.write(said)
        undone = list(undone_since(former))
        if undone:
            self.stdout.write("The restore has undone the following. Do again what should hold:")
        for said in undone:
            self.stdout.write(f"- {said}")
        self.check_migrations()
