"""The heartbeat of the clocks: while any match is played, it stores every five seconds that the clocks run.

A gap of more than `DOWNTIME_MS` is an outage, and the turns in it get the time back.
"""

from typing import Any, Final

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import Greatest, Least

from game.models import Beat, Match, Outage
from realtime import LogKey, encode
from realtime.log import Batch
from realtime.models import Deadline

BEAT_MS: Final = 5_000
DOWNTIME_MS: Final = 15_000
KEPT_MS: Final = 24 * 60 * 60_000
"""A downtime is stored for this time."""


def beat_start(batch: Batch, room: LogKey) -> None:
    """Start the heartbeat with the first match."""
    if Beat.objects.select_for_update().get_or_create(pk=1, defaults={"at": batch.now})[1]:
        batch.schedule(room, "game.beat", batch.now + BEAT_MS, None)


def beat_due(batch: Batch, room: LogKey, data: Any) -> None:
    """Handle the deadline `game.beat`: store a downtime, make the clocks due that it stopped, go on while any runs."""
    beat = Beat.objects.filter(pk=1)
    playing = Match.objects.filter(state=Match.State.PLAYING)
    for since in beat.select_for_update().values_list("at", flat=True):  # locked first: no match starts meanwhile
        if batch.now - since > DOWNTIME_MS:
            _downtime(batch, since, playing)
    if playing.exists():
        beat.update(at=batch.now)
        batch.schedule(room, "game.beat", batch.now + BEAT_MS, None)
    else:
        beat.delete()


def _downtime(batch: Batch, since: int, playing: "QuerySet[Match]") -> None:
    Outage.objects.filter(until__lt=batch.now - KEPT_MS).delete()
    Outage.objects.create(since=since, until=batch.now)
    for log, o in playing.values_list("log", "offset").iterator():
        batch.insert(Deadline(log_id=log, kind="game.clock", at=batch.now, data=encode({"match": o}).decode()))


def lost_ms(since: int, now: int) -> int:
    """Return how many ms since then no server ran, including a downtime that is not stored yet."""
    within = Least(F("until"), Value(now)) - Greatest(F("since"), Value(since))
    noted = Outage.objects.filter(until__gt=since).aggregate(ms=Sum(within))["ms"] or 0
    last = Beat.objects.filter(pk=1).values_list("at", flat=True).first()
    silent = now - max(last, since) if last is not None and now - last > DOWNTIME_MS else 0
    return int(noted + max(0, silent))
