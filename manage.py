#!/usr/bin/env python
"""The door for development: `runserver` may turn DEBUG on (config/address.py); other servers never pass here."""

import os
import sys

from config.address import tell_settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["runserver"]:
        tell_settings(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
