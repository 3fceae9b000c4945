"""The state of one process for administrators: metrics, connections, rooms, queue. Called in the event loop."""

from collections.abc import Collection
from typing import Any, Final

from realtime.hub.hub import Hub
from realtime.hub.subscriber import Subscriber
from realtime.log import SITE, now_ms
from realtime.metrics import Metrics

ROOMS_LISTED: Final = 20


def status_of(
    hub: Hub, metrics: Metrics, subscribers: Collection[Subscriber], queued: int, now: float
) -> dict[str, Any]:
    """Return plain values. Rooms are named by their keys: the busiest first, then the fullest."""
    return {
        **metrics.values(now),
        "process": hub.name,
        "up_s": round(now - metrics.began_at),
        "now": now_ms(),
        "connections": len(subscribers),
        "people": len({each.caller.id for each in subscribers if each.caller.pk}),
        "lagging": sum(each.queue.lagging for each in subscribers),
        "queued": queued,
        "repaired": dict(hub.feed.repaired),
        "rooms": _rooms(hub, metrics, now),
        "rooms_known": sum(room.key != SITE for room in hub.rooms),
    }


def _rooms(hub: Hub, metrics: Metrics, now: float) -> list[dict[str, Any]]:
    rates = dict(metrics.busiest(now, ROOMS_LISTED))
    rooms: list[dict[str, Any]] = [
        {
            "room": room.key,
            "here": room.here,
            "readers": len(room.subscriptions),
            "lines": round(rates.get(room.key, 0), 1),
        }
        for room in hub.rooms
        if room.key != SITE and (room.here or room.key in rates)
    ]
    return sorted(rooms, key=lambda room: (-room["lines"], -room["here"], room["room"]))[:ROOMS_LISTED]
