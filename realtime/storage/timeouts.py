"""Timeouts for a database that may hang. A server gives up after some seconds, and a command waits.

`realtime.process` sets `answer_s` while it runs. The database backends read it at each wait.
"""

from typing import Final

answer_s: float | None = None
"""A serving process waits this time for one answer of the database; None in a command, which has no limit."""

LOCK_S: Final = 5.0
"""A transaction of PostgreSQL waits this time for a lock."""
WRITER_LOCK_S: Final = 2.0
"""The writer waits this time for a lock, because all other rooms wait for its batch."""
IDLE_S: Final = 10.0
"""PostgreSQL ends a transaction after this silence, so that a stopped process keeps no lock."""
