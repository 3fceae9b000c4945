"""Metrics of one process: sums, the last hour by minutes, and quantiles of a sample. Pure: times are arguments.

They cost about a microsecond a batch, and less than half a microsecond a delivery (docs/operating.md). Everything else
is done once a second, or when the status is read.
"""

from collections import Counter, deque
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import msgspec

from realtime.types import ClientId, LogKey

MINUTES_KEPT: Final = 60
MINUTE_S: Final = 60.0
CURRENT_S: Final = 10
"""Current rates are means of this many seconds."""
SAMPLES_PER_MINUTE: Final = 512
"""Times of a minute that are kept, each with the same probability."""
BATCH_SIZES: Final = 12
"""Batches are counted by size: 1, 2–3, 4–7 … and, in the last class, all larger ones."""
QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """A minute that is over, or the current one. Rates are per second, times in ms, and `at` is its beginning."""

    at: float
    lines: float
    deliveries: float
    writes: float
    connections: int
    queued: int
    repaired: int
    repeats: int
    p50: float | None
    p95: float | None
    p99: float | None


class Totals(msgspec.Struct):
    """Sums since the process started."""

    lines: int = 0
    deliveries: int = 0
    writes: int = 0
    batches: int = 0
    repeats: int = 0
    repaired: int = 0


class Metrics:
    """Counters of one process. Times are seconds of one clock, which the caller reads."""

    def __init__(self, now: float = 0.0, random: Random | None = None) -> None:
        self.totals = Totals()
        self.sizes = [0] * BATCH_SIZES
        self.began_at = now
        self._random = random or Random()  # noqa: S311 - a sample, no secret
        self._minutes: deque[Minute] = deque(maxlen=MINUTES_KEPT)
        self._recent: deque[tuple[float, Totals]] = deque([(now, Totals())], maxlen=CURRENT_S + 1)
        self._messages: Counter[LogKey] = Counter()
        self._messages_before: Counter[LogKey] = Counter()
        self._times: list[float] = []
        self._times_before: list[float] = []
        self._timed = 0
        self._sampled: tuple[ClientId, float] | None = None
        self._minute_at, self._minute_from = now, Totals()
        self._connections = self._queued = 0

    def batch(self, size: int, first: ClientId | None, arrived: float) -> None:
        """Count a batch. `first` is the request that has waited longest, and `arrived` the time when it came."""
        self.totals.batches += 1
        self.totals.writes += size
        self.sizes[min(size.bit_length(), BATCH_SIZES) - 1] += 1
        self._sampled = (first, arrived) if first else None

    def sampled(self, cid: ClientId | None) -> float | None:
        """Return when the request with this `cid` arrived, if it is the sample of its batch. It is returned once."""
        if self._sampled is None or self._sampled[0] != cid:
            return None
        arrived, self._sampled = self._sampled[1], None
        return arrived

    def delivered(self, room: LogKey, lines: int, frames: int) -> None:
        """Count new messages of a room, and the frames in which its subscriptions got them."""
        self.totals.lines += lines
        self.totals.deliveries += frames
        self._messages[room] += lines

    def observe(self, seconds: float) -> None:
        """Add the time from a request to its last delivery; a minute keeps a sample (Vitter's algorithm R)."""
        self._timed += 1
        if len(self._times) < SAMPLES_PER_MINUTE:
            self._times.append(seconds * 1000)
        elif (place := self._random.randrange(self._timed)) < SAMPLES_PER_MINUTE:
            self._times[place] = seconds * 1000

    def every_second(self, now: float, *, connections: int, queued: int, repaired: int) -> None:
        self.totals.repaired = repaired
        self._connections, self._queued = max(self._connections, connections), max(self._queued, queued)
        self._recent.append((now, msgspec.structs.replace(self.totals)))
        if now - self._minute_at >= MINUTE_S:
            self._minutes.append(self._minute(now))
            self._messages_before, self._messages = self._messages, Counter()
            self._times_before, self._times, self._timed = self._times, [], 0
            self._minute_at, self._minute_from = now, msgspec.structs.replace(self.totals)
            self._connections, self._queued = connections, queued

    def values(self, now: float) -> dict[str, Any]:
        """Return all metrics as plain values."""
        then, before = self._recent[0]
        span = max(now - then, 1.0)
        times = sorted(self._times_before + self._times)
        return {
            "lines": _rate(self.totals.lines - before.lines, span),
            "deliveries": _rate(self.totals.deliveries - before.deliveries, span),
            "writes": _rate(self.totals.writes - before.writes, span),
            "path": {**quantiles(times), "samples": len(times)},
            "batches": {"count": self.totals.batches, "writes": self.totals.writes, "sizes": list(self.sizes)},
            "repeats": self.totals.repeats,
            "minutes": [
                msgspec.structs.asdict(minute) | {"ago_s": round(now - minute.at)}
                for minute in (*self._minutes, self._minute(now))
            ],
        }

    def busiest(self, now: float, limit: int) -> list[tuple[LogKey, float]]:
        """Return rooms and their messages a minute, the busiest first. The minute before fades out over this one."""
        fading = max(0.0, 1 - (now - self._minute_at) / MINUTE_S)
        rates = {
            room: self._messages[room] + self._messages_before[room] * fading
            for room in self._messages.keys() | self._messages_before.keys()
        }
        return sorted(rates.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def _minute(self, now: float) -> Minute:
        span, since = max(now - self._minute_at, 1.0), self._minute_from
        return Minute(
            at=self._minute_at,
            lines=_rate(self.totals.lines - since.lines, span),
            deliveries=_rate(self.totals.deliveries - since.deliveries, span),
            writes=_rate(self.totals.writes - since.writes, span),
            connections=self._connections,
            queued=self._queued,
            repaired=self.totals.repaired - since.repaired,
            repeats=self.totals.repeats - since.repeats,
            **quantiles(sorted(self._times)),
        )


def quantiles(times: Sequence[float]) -> dict[str, float | None]:
    """Return quantiles of sorted times by the nearest rank; None when there are no times."""
    return {
        name: round(times[min(len(times) - 1, int(part * len(times)))], 2) if times else None
        for name, part in QUANTILES.items()
    }


def _rate(count: int, span: float) -> float:
    return round(count / span, 2)
