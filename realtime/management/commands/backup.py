"""`manage.py backup FILE`: the database in one file, while it is in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.storage.backups import Refused, backups
from realtime.storage.backups.file import draft


class Command(BaseCommand):
    help = "Writes the database to FILE as it stands at one moment, while servers go on. Keep the secret key too."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("-f", "--force", action="store_true", help="Replace FILE if it exists.")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            with draft(file, replace=options["force"]) as name:
                backups().save(name)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes, checked.")
