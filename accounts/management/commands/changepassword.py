"""`manage.py changepassword NAME`: Django's own, which finds a person by the name as people see it."""

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.selectors import login_name


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["username"]:
            options["username"] = login_name(options["username"])
        said: str | None = super().handle(*args, **options)
        return said
