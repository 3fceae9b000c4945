"""Requests that come again under the same `cid`: answered from the log, or from earlier in the same batch."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from realtime.errors import unprocessable
from realtime.methods import CidKey
from realtime.models import Event
from realtime.storage.prepared import prepared
from realtime.workers.jobs import Answer, Job, Outcome


class Repeatable(NamedTuple):
    """The outcome of a durable request, with what a repeat must have in common with it."""

    method: str
    room: str | None
    outcome: Outcome


def cid_key(job: Job) -> CidKey | None:
    return job.cid_key


def stored_for(jobs: Sequence[Job]) -> dict[CidKey, Repeatable]:
    """Return what earlier transactions have stored under the `cid`s of these jobs, in one query."""
    keys = {key for job in jobs if (key := cid_key(job))}
    if not keys:
        return {}
    return {
        (cid, actor): Repeatable(method, room, Answer(place_of(room, o, tag, at)))
        for cid, actor, method, room, o, tag, at in _events_with({cid for cid, _ in keys})
        if (cid, actor) in keys
    }


@prepared
def _events_with(cids: Collection[str]) -> "QuerySet[Event, Any]":
    rows = Event.objects.filter(cid__in=cids)
    return rows.values_list("cid", "actor", "method", "log__key", "offset", "tag", "at")


def place_of(room: str, o: int, tag: int, at: int) -> dict[str, Any]:
    """Return the result of a durable request: where its event is in the log."""
    return {"room": room, "o": o, "t": tag, "at": at}


def repeat(job: Any, known: Mapping[CidKey, Repeatable]) -> Outcome:
    """Answer a repeat. Its method and room must be those of the original; its other params are not compared."""
    stored = known[job.cid_key]
    if stored.method != job.name or (job.room is not None and job.room != stored.room):
        return unprocessable("cid_reused", "this cid was used for something else")
    return Answer(stored.outcome.result, repeat=True) if isinstance(stored.outcome, Answer) else stored.outcome
