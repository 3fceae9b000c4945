"""Deadlines: what is due is claimed through the writer, by whichever process comes first.

Apps register who handles a kind: `deadline("chat.purge")(function)`, `function(batch, key, data)`;
the batch has the log locked.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from realtime.log import Batch, now_ms
from realtime.methods import NOBODY, Call, Method
from realtime.models import Deadline
from realtime.protocol import LogKey

Handler = Callable[[Batch, LogKey, Any], None]

CLAIMED: Final = 64
"""deadlines a look"""
POSTPONED_MS: Final = 3_600_000
_handlers: dict[str, Handler] = {}


def deadline(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that handles deadlines of this kind; to be called from `AppConfig.ready`."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
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
    rows = Deadline.objects.filter(at__lte=now_ms(), kind__in=_handlers).order_by("at").select_related("log")[:CLAIMED]
    return [Call(CLAIM, NOBODY, Due(row.pk, LogKey(row.log.key), row.kind, row.data)) for row in rows]


def _claim(batch: Batch, call: Call) -> None:
    """Done once: only who deletes the row acts on it, in one transaction."""
    if Deadline.objects.filter(pk=call.params.id).delete()[0]:
        _handlers[call.params.kind](batch, call.params.room, msgspec.json.decode(call.params.data))


def postponed(call: Call) -> Call:
    """A request that puts a deadline whose handler failed off for an hour: it must not keep others waiting."""
    return Call(POSTPONE, NOBODY, call.params)


def _postpone(batch: Batch, call: Call) -> None:
    Deadline.objects.filter(pk=call.params.id).update(at=batch.now + POSTPONED_MS)


CLAIM: Final = Method(name="clock.claim", params=Due, function=_claim, lane="write")
POSTPONE: Final = Method(name="clock.postpone", params=Due, function=_postpone, lane="write")
