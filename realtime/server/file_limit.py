"""How many connections a process may have: each is an open file, and a process that may open no more is deaf."""

import resource
from typing import Final

PLENTY: Final = 1024 * 1024
LEAST_KEPT: Final = 64
"""files for the database, the channel layer, templates, and whoever is turned away"""


def connections() -> int:
    """Nine tenths of the files that the process may have open, once it has asked for as many as it can get."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = PLENTY if hard == resource.RLIM_INFINITY else min(hard, PLENTY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most - max(LEAST_KEPT, most // 10)
