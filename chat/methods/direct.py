"""Direct rooms, and whom one does not want to hear."""

from typing import Any

from chat import protocol
from chat.methods.logs import no_log
from chat.selectors import rooms
from chat.services import direct
from realtime.log import Batch
from realtime.methods import Call, Method, Signal


def direct_open(batch: Batch, call: Call) -> tuple[dict[str, Any], list[Signal]]:
    key, signals = direct.direct_open(batch, caller=call.caller, users=call.params.users)
    return {"room": key}, signals


def person_block(batch: Batch, call: Call) -> None:
    direct.person_block(caller=call.caller, user=call.params.user, blocked=call.params.blocked)


def block_list(call: Call) -> dict[str, Any]:
    return {"users": rooms.blocked_by(call.caller.pk)}


_METHODS = [
    Method(name="direct.open", params=protocol.DirectOpen, function=direct_open, lane="write", logs=no_log, cost=4),
    Method(name="person.block", params=protocol.PersonBlock, function=person_block, lane="write", logs=no_log),
    Method(name="block.list", params=protocol.NoParams, function=block_list, lane="read"),
]
METHODS = {method.name: method for method in _METHODS}
