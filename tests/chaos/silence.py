"""The times that clients waited, computed from their histories."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from tests.chaos.history import Record


def longest_wait(records: Iterable[Record]) -> float:
    """Return the longest time between a durable request and its answer. A cut connection is no answer.

    `records` are those of any number of clients, each client's in its own order.
    """
    asked: dict[tuple[str, str], float] = {}
    longest = 0.0
    for record in records:
        if record.cid is None or record.op == "receive":
            continue
        if record.type == "invoke":
            asked[record.client, record.cid] = record.t
        elif (since := asked.pop((record.client, record.cid), None)) is not None and not _cut(record):
            longest = max(longest, record.t - since)
    return longest


def _cut(record: Record) -> bool:
    return record.type == "info" and record.body is None


def longest_silence(records: Iterable[Record], *, by_room: bool = False) -> float:
    """Return the longest time between two acknowledged requests, of all rooms together or of the slowest room."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for record in records:
        if record.type == "ok" and record.cid is not None and record.op != "receive":
            times[record.room if by_room else ""].append(record.t)
    gaps = (later - earlier for each in times.values() for earlier, later in pairwise(sorted(each)))
    return max(gaps, default=0.0)
