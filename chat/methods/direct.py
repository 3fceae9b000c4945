"""Direct rooms, and whom one does not want to hear."""

from typing import Any

from chat import protocol
from chat.selectors import rooms
from chat.selectors.direct import requests_of
from chat.services import direct
from realtime.log import Batch
from realtime.methods import Call, Method, site_only
from realtime.types import Signal


def direct_open(batch: Batch, call: Call) -> tuple[dict[str, Any], list[Signal]]:
    key, signals = direct.direct_open(batch, caller=call.caller, users=call.params.users)
    return {"room": key}, signals


def person_block(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    return direct.person_block(batch, caller=call.caller, user=given.user, blocked=given.blocked)


def direct_answer(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    return direct.direct_answer(batch, caller=call.caller, key=given.room, accept=given.accept)


def direct_hide(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    return direct.direct_hide(batch, caller=call.caller, key=given.room, hidden=given.hidden)


def direct_requests(call: Call) -> dict[str, Any]:
    return requests_of(call.caller)


def block_list(call: Call) -> dict[str, Any]:
    return {"users": rooms.blocked_by(call.caller.pk)}


_METHODS = [
    Method(
        name="direct.open",
        params=protocol.DirectOpen,
        function=direct_open,
        lane="write",
        takes_call=True,
        logs=site_only,
        cost=4,
    ),
    Method(name="direct.answer", params=protocol.DirectAnswer, function=direct_answer, lane="write", takes_call=True),
    Method(name="direct.hide", params=protocol.DirectHide, function=direct_hide, lane="write", takes_call=True),
    Method(name="direct.requests", params=protocol.NoParams, function=direct_requests, lane="read", takes_call=True),
    Method(
        name="person.block",
        params=protocol.PersonBlock,
        function=person_block,
        lane="write",
        takes_call=True,
        logs=site_only,
    ),
    Method(name="block.list", params=protocol.NoParams, function=block_list, lane="read", takes_call=True),
]
METHODS = {method.name: method for method in _METHODS}
