"""Run Django's commands, for `manage.py` in a checkout and for `parlor` in an installed wheel.

`runserver` turns DEBUG on only when it is started here (config/address.py).
"""

import os
import sys

import django

from config import __version__
from config.address import tell_settings, tell_settings_of_serve
from config.private import UMASK


def main() -> None:
    if sys.argv[1:] in (["--version"], ["version"]):
        print(f"Parlor {__version__}, Django {django.__version__}")
        return
    os.umask(0o022 if sys.argv[1:2] == ["collectstatic"] else UMASK)  # a proxy must be able to read the collected files
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["runserver"]:
        tell_settings(sys.argv[2:])
    if sys.argv[1:2] == ["serve"]:
        tell_settings_of_serve(sys.argv[2:])
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.configured or settings.DEBUG  # noqa: B018 - read here, to show an error as one sentence
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")
    execute_from_command_line(sys.argv)
