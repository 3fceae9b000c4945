"""`manage.py changepassword NAME`: Django's command, with the visible name of a person."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.selectors import login_name


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["username"]:
            options["username"] = login_name(options["username"])
        output: str | None = super().handle(*args, **options)
        return output
