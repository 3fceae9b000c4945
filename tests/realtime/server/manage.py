"""`manage.py` for these tests, a file that the autoreloader can start: a second server does not wait for long."""

import os
import sys

from django.core.management import execute_from_command_line

from realtime.server.processes import supervisor
from realtime.storage.sqlite import serving

if __name__ == "__main__":
    serving.SERVING_TIMEOUT_S = 0.1
    supervisor.FIRST_BACKOFF_S = 0.01  # type: ignore[misc]
    if hung_s := os.environ.get("HUNG_S"):
        supervisor.HUNG_TIMEOUT_S, supervisor.HEARTBEAT_S = float(hung_s), float(hung_s) / 10  # type: ignore[misc]
    execute_from_command_line(sys.argv)
