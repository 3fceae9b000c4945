"""`manage.py files`: compare the files of the database with the storage, and delete what belongs to nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from files.services.orphans import Found, orphans_delete, orphans_find


class Command(BaseCommand):
    help = "Tell which bodies belong to no file, and which files have no body. --delete deletes such bodies."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help="Delete what belongs to nothing. Servers may run.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = orphans_delete() if options["delete"] else orphans_find()
        self._tell(found, "deleted" if options["delete"] else "found")

    def _tell(self, found: Found, done: str) -> None:
        self.stdout.write(f"{found.files:,} files, {found.size:,} bytes.")
        self.stdout.write(
            f"{done}: {len(found.bodies):,} bodies and {len(found.parts):,} parts that belong to no file,"
        )
        self.stdout.write(f"{done}: {found.removed:,} files of messages that were deleted.")
        for name in found.missing:
            self.stdout.write(f"missing: the body {name}")
