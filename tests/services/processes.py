"""Servers that tests start and end."""

import os
import subprocess
from contextlib import suppress
from typing import Any


def end(process: subprocess.Popen[Any]) -> None:
    """Kill a server. Under coverage it may leave first, because a killed process writes no data."""
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
    process.kill()
