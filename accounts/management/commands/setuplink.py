"""`manage.py setuplink`: print the link for the first admin, for sites that do not use `manage.py serve`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.setup import link
from realtime.server.startup_banner import public_url


class Command(BaseCommand):
    help = "Prints the address of a page that works once and makes the first admin."

    def handle(self, *args: Any, **options: Any) -> None:
        address = link()
        if address is None:
            raise CommandError("There is an admin already, or the database is not migrated.")
        self.stdout.write(public_url(address))
