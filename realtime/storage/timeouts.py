"""The time that this process waits for a database that may hang. A server gives up in time; a command waits.

The process of the real-time half sets `answer_s` while it runs; database backends read it at each wait.
"""

from typing import Final

answer_s: float | None = None
"""seconds a serving process waits for one answer of the database; None in a command, which may take its time"""

LOCK_S: Final = 5.0
"""seconds a transaction of PostgreSQL waits for a lock"""
WRITER_LOCK_S: Final = 2.0
"""the same for the writer, whose batch keeps all other rooms waiting meanwhile"""
IDLE_S: Final = 10.0
"""seconds until PostgreSQL ends a transaction whose process sends nothing more: a stopped process keeps no lock"""
