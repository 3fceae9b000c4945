"""A process that stops itself in a transaction which has locked the room of its argument; then it tries to go on."""

import os
import signal
import sys

import django

django.setup()

from django.db import OperationalError  # noqa: E402

from realtime.log import batch  # noqa: E402
from realtime.types import LogKey  # noqa: E402

room = LogKey(sys.argv[1])
try:
    with batch([room]) as staged:
        staged.append(room, kind="note.posted", data="stopped")
        staged.flush()
        print("stops", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)
except OperationalError as error:
    print(f"goes on: {error}", flush=True)
