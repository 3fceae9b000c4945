"""`manage.py restore FILE`: replace the database by a backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.storage.backups import BackupError, backups, companions
from realtime.storage.backups.undone import end_logins, undone_since


class Command(BaseCommand):
    help = "Replace the database by the backup in FILE, and keep the replaced one. Stop every server first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument(
            "--keep-logins",
            action="store_true",
            help="Keep the log-ins of the backup, also those that have been ended since.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            companions.check(Path(options["file"]))
            replaced = backups().restore(options["file"])
            told = companions.restore(Path(options["file"]))
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The database is the one of the backup.")
        if replaced:
            self.stdout.write(f"The former one is kept as {replaced}; remove it when nobody needs it.")
        for sentence in told:
            self.stdout.write(sentence)
        if not options["keep_logins"]:
            for sentence in end_logins():
                self.stdout.write(sentence)
        undone = list(undone_since(replaced))
        if undone:
            self.stdout.write("The restore has undone the following. Do again what should hold:")
        for sentence in undone:
            self.stdout.write(f"- {sentence}")
        self.check_migrations()
