"""The live page's one method: this process's numbers, for moderators and admins."""

from typing import Any

from chat.protocol import NoParams
from chat.selectors import live, ranks
from realtime.methods import Call, Method


def live_read(call: Call) -> dict[str, Any]:
    user = ranks.on_site(call.caller.pk, "live.read")
    return live.live(user, call.live())


METHODS = {
    "live.read": Method(name="live.read", params=NoParams, function=live_read, lane="read", takes_call=True, cost=4)
}
