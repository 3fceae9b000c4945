"""The file-descriptor limit: each connection is an open file, and a process without free files cannot accept."""

import resource
from typing import Final

MAX_FILES: Final = 1024 * 1024
RESERVED_FILES: Final = 64
"""Files kept for the database, the channel layer, templates, and the connections that are rejected."""


def max_connections() -> int:
    """Raise the limit as far as the process may, and return nine tenths of it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit - max(RESERVED_FILES, limit // 10)
