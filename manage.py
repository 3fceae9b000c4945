#!/usr/bin/env python
"""Django's door: `runserver` may turn DEBUG on here (config/address.py), nothing else does."""

import os
import sys

from config.address import tell_settings, tell_settings_of_serve
from config.private import UMASK


def main() -> None:
    os.umask(0o022 if sys.argv[1:2] == ["collectstatic"] else UMASK)  # a proxy serves what was collected
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["runserver"]:
        tell_settings(sys.argv[2:])
    if sys.argv[1:2] == ["serve"]:
        tell_settings_of_serve(sys.argv[2:])
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.configured or settings.DEBUG  # noqa: B018 - read now, where an error is one sentence
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
