"""What a process tells of itself to who may look: its meters, connections, rooms, queue. In the event loop."""

from typing import TYPE_CHECKING, Any, Final

from realtime.log import SITE, now_ms

if TYPE_CHECKING:
    from realtime.process import Process

ROOMS: Final = 20


def status_of(process: "Process") -> dict[str, Any]:
    """Plain values; rooms by their keys, the loudest first, then the fullest."""
    now = process.now()
    connections, rooms = process.connections, process.hub.rooms
    people = {connection.caller.id for connection in connections if connection.caller.pk}
    return {
        **process.meters.reading(now),
        "process": process.hub.name,
        "up_s": round(now - process.meters.began_at),
        "now": now_ms(),
        "connections": len(connections),
        "people": len(people),
        "lagging": sum(connection.out.lagging for connection in connections),
        "queued": process.writer.queued,
        "repaired": dict(process.hub.repaired),
        "rooms": _rooms(process, now),
        "rooms_known": sum(room.key != SITE for room in rooms),
    }


def _rooms(process: "Process", now: float) -> list[dict[str, Any]]:
    spoken = dict(process.meters.loudest(now, ROOMS))
    known = (room for room in process.hub.rooms if room.key != SITE and (room.here or room.key in spoken))
    facts: list[dict[str, Any]] = [
        {"room": room.key, "here": room.here, "readers": len(room.readings), "lines": round(spoken.get(room.key, 0), 1)}
        for room in known
    ]
    return sorted(facts, key=lambda room: (-room["lines"], -room["here"], room["room"]))[:ROOMS]
