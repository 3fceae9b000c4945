"""`manage.py backup FILE`: write the database to one file while servers run, and the bodies of files beside it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.storage.backups import BackupError, backups, companions
from realtime.storage.backups.file import draft


class Command(BaseCommand):
    help = "Write a consistent copy of the database to FILE while servers run. Keep the secret key too."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("-f", "--force", action="store_true", help="Replace FILE if it exists.")
        parser.add_argument("--no-files", action="store_true", help="Leave out the bodies of files, in FILE.files.")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            with companions.held(), draft(file, replace=options["force"]) as name:
                backups().save(name)
                told = [] if options["no_files"] else companions.save(file)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes, checked.")
        for sentence in told:
            self.stdout.write(sentence)
