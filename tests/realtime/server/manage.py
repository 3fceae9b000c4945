"""`manage.py` for these tests, a file that the autoreloader can start: a second server does not wait for long."""

import sys

from django.core.management import execute_from_command_line

from realtime.sqlite import serving

if __name__ == "__main__":
    serving.PATIENCE = 0.1
    execute_from_command_line(sys.argv)
