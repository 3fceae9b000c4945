"""Deadlines: what is due is claimed through the writer, by whichever process comes first.

Apps register who handles a kind: `deadline("chat.purge")(function)`, `function(batch, key, data)`;
the batch has the log locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from realtime.log import SITE, Batch, now_ms
from realtime.methods import Call, Method
from realtime.models import Deadline
from realtime.types import NOBODY, LogKey

Handler = Callable[[Batch, LogKey, Any], None]

CLAIMED: Final = 64
"""deadlines a look"""
POSTPONED_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Kind:
    """Who handles a kind of deadline, whether they narrow rights, and when a failed one is tried again."""

    handler: Handler
    narrows: bool
    again_ms: int


_kinds: dict[str, Kind] = {}


def deadline(kind: str, *, narrows: bool = False, again_ms: int = POSTPONED_MS) -> Callable[[Handler], Handler]:
    """Register the function that handles deadlines of this kind; to be called from `AppConfig.ready`.

    `narrows`: its batch has the `site` log locked too. `again_ms`: how long a failed one waits, lest it keep others.
    """

    def register(handler: Handler) -> Handler:
        _kinds[kind] = Kind(handler, narrows, again_ms)
        return handler

    return register


class Due(msgspec.Struct):
    """Params of the clock's own request; nobody can send it."""

    id: int
    room: LogKey
    kind: str
    data: str


def due() -> list[Call]:
    """Requests for what is due now and has a handler here."""
    rows = Deadline.objects.filter(at__lte=now_ms(), kind__in=_kinds).order_by("at").select_related("log")[:CLAIMED]
    return [Call(CLAIM, NOBODY, Due(row.pk, LogKey(row.log.key), row.kind, row.data)) for row in rows]


def _claim(batch: Batch, call: Call) -> None:
    """Done once: only who deletes the row acts on it, in one transaction."""
    if Deadline.objects.filter(pk=call.params.id).delete()[0]:
        _kinds[call.params.kind].handler(batch, call.params.room, msgspec.json.decode(call.params.data))


def _logs(params: Due) -> list[LogKey]:
    return [params.room, SITE] if _kinds[params.kind].narrows else [params.room]


def postponed(call: Call) -> Call:
    """A request that puts a deadline whose handler failed off: it must not keep others waiting."""
    return Call(POSTPONE, NOBODY, call.params)


def _postpone(batch: Batch, call: Call) -> None:
    Deadline.objects.filter(pk=call.params.id).update(at=batch.now + _kinds[call.params.kind].again_ms)


CLAIM: Final = Method(name="clock.claim", params=Due, function=_claim, lane="write", takes_call=True, logs=_logs)
POSTPONE: Final = Method(name="clock.postpone", params=Due, function=_postpone, lane="write", takes_call=True)
