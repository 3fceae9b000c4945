"""`manage.py demo`: fill an empty site with sample content."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.demo import NotEmpty, make_demo


class Command(BaseCommand):
    help = "Fills an empty site with people, rooms, messages in two languages and a finished game."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make_demo()
        except NotEmpty:
            raise CommandError("People have written here already. The sample is for an empty site.") from None
        self.stdout.write(
            "Sample content added. Open the lounge to see it." if made else "The sample content is there already."
        )
