"""`manage.py backup FILE`: write the database to one file while servers run."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.storage.backups import BackupError, backups
from realtime.storage.backups.file import draft


class Command(BaseCommand):
    help = "Write a consistent copy of the database to FILE while servers run. Keep the secret key too."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("-f", "--force", action="store_true", help="Replace FILE if it exists.")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            with draft(file, replace=options["force"]) as name:
                backups().save(name)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes, checked.")
