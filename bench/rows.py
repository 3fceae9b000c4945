"""The rows of the results: clients, senders, rates and what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Row:
    """A row of the table. `rate` 0 is the closed loop.

    The last `joiners` clients connect while the others talk; they have missed `missed` events.
    """

    name: str
    title: str
    clients: int
    senders: int = 0
    rate: float = 0
    seconds: float = 5
    joiners: int = 0
    missed: int = 0
    rooms: int = 1
    history: int = 100_000
    peers: bool = True
    processes: int = 0
    """The processes share Redis and PostgreSQL. Zero means one process on SQLite."""
    tab: bool = False
    """A browser is in the room too."""

    @property
    def is_history(self) -> bool:
        """Return whether the row measures pages and resumes, one at a time, instead of deliveries."""
        return self.name.startswith("history-")


SILENT_S: Final = 3
"""The time for which a row without senders is measured."""

ALL: Final[Mapping[str, Row]] = {
    row.name: row
    for row in (
        Row("500x1", "500 clients, 1 sender", 500, 1),
        Row("100x16", "100 clients, 16 senders", 100, 16),
        Row("500x64", "500 clients, 64 senders", 500, 64),
        Row("1000x32", "1,000 clients, 32 senders", 1000, 32),
        Row("256x256", "256 clients, all of them post", 256, 256),
        Row("500@1", "500 clients, 1 message a second", 500, 50, rate=1, seconds=10, tab=True),
        Row("500@10", "500 clients, 10 messages a second", 500, 50, rate=10, tab=True),
        Row("500@100", "500 clients, 100 messages a second", 500, 50, rate=100),
        Row("idle", "8,000 idle clients", 8000, seconds=SILENT_S),
        Row("open", "1,000 clients open 3 rooms each", 1000, seconds=SILENT_S, rooms=3, peers=False),
        Row("resume", "2,000 clients resume while 100 talk", 2100, 10, rate=10, joiners=2000, missed=20, peers=False),
        Row("join", "2,000 clients connect while 100 talk", 2100, 10, rate=10, joiners=2000),
        *(Row(f"room-{size}", f"a room of {size:,}", size, 1, peers=False) for size in (1, 100, 500, 1000, 4000)),
        *(
            Row(f"history-{size}", f"{size:,} lines old", 121, joiners=120, missed=20, history=size, peers=False)
            for size in (10**3, 10**4, 10**5, 10**6)
        ),
        Row("processes-1", "one process, Redis and PostgreSQL", 500, 50, rate=40, peers=False, processes=1),
        Row("processes-2", "two processes, Redis and PostgreSQL", 500, 50, rate=40, peers=False, processes=2),
    )
}
