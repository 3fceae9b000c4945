"""What a process counts of itself: sums, the last hour by minutes, quantiles of a sample. Pure: the clock is told.

On the way of a line it costs about a microsecond a batch and less than half of one a delivery (docs/operating.md);
all else is done once a second, or when somebody looks.
"""

from collections import Counter, deque
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import msgspec

from realtime.types import ClientId, LogKey

MINUTES: Final = 60
MINUTE_S: Final = 60.0
NOW_S: Final = 10
"""what happened in so many seconds is "now" """
SAMPLED: Final = 512
"""times of a minute that are kept, each as likely as any other"""
SIZES: Final = 12
"""batches are counted by size: 1, 2–3, 4–7 … and what is larger than all"""
QUANTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """A minute that is over, or the one that runs; rates a second, times in ms, `at` its beginning."""

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
    """Counters of one process; times are seconds of whatever clock the caller reads."""

    def __init__(self, now: float = 0.0, random: Random | None = None) -> None:
        self.totals = Totals()
        self.sizes = [0] * SIZES
        self.began_at = now
        self._random = random or Random()  # noqa: S311 - a sample, no secret
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)
        self._recent: deque[tuple[float, Totals]] = deque([(now, Totals())], maxlen=NOW_S + 1)
        self._spoken: Counter[LogKey] = Counter()
        self._spoken_before: Counter[LogKey] = Counter()
        self._times: list[float] = []
        self._times_before: list[float] = []
        self._timed = 0
        self._sampled: tuple[ClientId, float] | None = None
        self._minute_at, self._minute_from = now, Totals()
        self._connections = self._queued = 0

    # On the way of a line

    def batch(self, size: int, first: ClientId | None, arrived: float) -> None:
        """A batch begins. `first`: the request that has waited longest, and since when."""
        self.totals.batches += 1
        self.totals.writes += size
        self.sizes[min(size.bit_length(), SIZES) - 1] += 1
        self._sampled = (first, arrived) if first else None

    def sampled(self, cid: ClientId | None) -> float | None:
        """When the request arrived whose event this is, if it is the one of the batch whose way is timed."""
        if self._sampled is None or self._sampled[0] != cid:
            return None
        arrived, self._sampled = self._sampled[1], None
        return arrived

    def delivered(self, room: LogKey, lines: int, frames: int) -> None:
        """New events of a room were pushed to its readers: so many lines, so many frames in all."""
        self.totals.lines += lines
        self.totals.deliveries += frames
        self._spoken[room] += lines

    def passed(self, seconds: float) -> None:
        """How long a sampled request took; of many in a minute, `SAMPLED` stay (Vitter's algorithm R)."""
        self._timed += 1
        if len(self._times) < SAMPLED:
            self._times.append(seconds * 1000)
        elif (place := self._random.randrange(self._timed)) < SAMPLED:
            self._times[place] = seconds * 1000

    # Once a second

    def tick(self, now: float, *, connections: int, queued: int, repaired: int) -> None:
        self.totals.repaired = repaired
        self._connections, self._queued = max(self._connections, connections), max(self._queued, queued)
        self._recent.append((now, msgspec.structs.replace(self.totals)))
        if now - self._minute_at >= MINUTE_S:
            self._minutes.append(self._minute(now))
            self._spoken_before, self._spoken = self._spoken, Counter()
            self._times_before, self._times, self._timed = self._times, [], 0
            self._minute_at, self._minute_from = now, msgspec.structs.replace(self.totals)
            self._connections, self._queued = connections, queued

    # When somebody looks

    def reading(self, now: float) -> dict[str, Any]:
        """All there is, as plain values."""
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

    def loudest(self, now: float, most: int) -> list[tuple[LogKey, float]]:
        """Rooms and their lines a minute, the loudest first; what was said before this minute fades out over it."""
        fading = max(0.0, 1 - (now - self._minute_at) / MINUTE_S)
        spoken = {
            room: self._spoken[room] + self._spoken_before[room] * fading
            for room in self._spoken.keys() | self._spoken_before.keys()
        }
        return sorted(spoken.items(), key=lambda item: (-item[1], item[0]))[:most]

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
    """By the nearest rank, of sorted values; None of nothing."""
    return {
        name: round(times[min(len(times) - 1, int(part * len(times)))], 2) if times else None
        for name, part in QUANTILES.items()
    }


def _rate(count: int, span: float) -> float:
    return round(count / span, 2)
