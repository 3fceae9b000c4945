"""`manage.py index`: build the index of the search anew."""

import time
from typing import Any, Final

from django.core.management.base import BaseCommand

from search.services.rebuild import rebuild

EVERY_S: Final = 1.0


class Command(BaseCommand):
    help = "Build the index of the search anew, while servers run. Until it is done, searches may lack messages."

    def handle(self, *args: Any, **options: Any) -> None:
        began = shown = time.monotonic()
        done = total = 0
        for done, total in rebuild():
            if options["verbosity"] and time.monotonic() - shown >= EVERY_S:
                shown = time.monotonic()
                self.stdout.write(f"{done:,} of {total:,} messages ({done * 100 // total} %)")
        if options["verbosity"]:
            self.stdout.write(f"{total:,} messages are in the index, after {time.monotonic() - began:.1f} s.")
