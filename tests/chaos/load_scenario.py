"""Measure a flooded room: `python -m tests.chaos.load_scenario` starts a server with the limits that people have.

Twenty guests post at ten times the rate, until a moderator turns on the lockdown. Two residents measure: one posts four
times a second, the other reads. It takes about half a minute.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, Final

from tests.client import BlockingClient, Client, Ended, ErrorResponse, Guest, SocketWire, cid
from tests.services.parlor import Parlor

SENDERS: Final = 20
INTERVAL_S: Final = 0.01
"""A sender posts a hundred times a second; ten are allowed."""
RESIDENT_S: Final = 0.25
PHASES_S: Final = {"before": 6.0, "flood": 10.0, "panic": 6.0, "after": 6.0}
WAIT_S: Final = 10.0
FLOOD: Final = "FLOOD"


# The senders


def flood(url: str, room: str, begin: Event, stop: Event, results: Any) -> None:
    """Run the senders in a process of their own, and put the counts of their answers into `results`."""
    guests = [Guest(url, f"Sender {n}") for n in range(SENDERS)]
    for guest in guests:
        guest.enter()
    results.put(dict(asyncio.run(senders(guests, room, begin, stop, results))))


async def senders(guests: list[Guest], room: str, begin: Event, stop: Event, results: Any) -> Counter[str]:
    clients = []
    for guest in guests:
        wire = await SocketWire.open(guest.url, guest.cookie_header, guest.token())
        clients.append(Client(wire))
        await clients[-1].hello()
        await clients[-1].request("room.join", room=room, cid=cid())
    results.put("ready")
    await asyncio.to_thread(begin.wait)
    return sum(await asyncio.gather(*(send_and_count(client, room, stop) for client in clients)), Counter())


async def send_and_count(client: Client, room: str, stop: Event) -> Counter[str]:
    """Send without waiting for answers, and count the answers as they come."""
    counts: Counter[str] = Counter()
    while not stop.is_set():
        until = asyncio.get_running_loop().time() + INTERVAL_S
        try:
            await client.ask("message.post", cid=cid(), room=room, text=FLOOD)
            counts["asked"] += 1
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    while True:
                        counts.update(answer_of(await client.receive()))
        except Ended:
            closed = client.wire.closed
            counts[f"closed with {closed.code if closed else 1006}"] += 1
            return counts
    await client.wire.close()
    return counts


def answer_of(frame: dict[str, Any]) -> list[str]:
    """Return "accepted" or the type of the error, nothing for a notification."""
    if "method" in frame:
        return []
    return ["accepted" if "result" in frame else frame["error"]["data"]["type"]]


# The residents


@dataclass
class Phase:
    """The measurements of the residents in one phase, with times in ms."""

    asked: int = 0
    stored: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    flood_messages: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Residents:
    """Two members of the room: one posts the time, the other reads and counts."""

    def __init__(self, writer: BlockingClient, reader: BlockingClient, room: str) -> None:
        self._writer, self._reader, self._room = writer, reader, room
        self.phase = Phase()
        self.late = 0
        """Messages of the flood after the lockdown, in the order of the room."""
        self._locked = self._over = False
        self._reading = Thread(target=self._read)
        reader.request("room.open", room=room, position=None)
        self._reading.start()

    def live(self, seconds: float) -> Phase:
        self.phase = phase = Phase()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._post(phase)
        time.sleep(RESIDENT_S)
        return phase

    def _post(self, phase: Phase) -> None:
        began = time.monotonic()
        phase.asked += 1
        try:
            self._writer.act("message.post", room=self._room, text=f"at {began}")
            phase.stored.append((time.monotonic() - began) * 1000)
        except ErrorResponse as error:
            phase.refused[error.type] += 1
        time.sleep(max(0.0, RESIDENT_S - (time.monotonic() - began)))

    def _read(self) -> None:
        while not self._over:
            if (frame := self._reader.receive(RESIDENT_S)) is None:
                continue
            if frame.get("method") == "session.ping":
                self._reader.respond(frame["id"], {"rooms": {}})
            elif frame.get("method") == "room.event":
                self._received(frame["params"])

    def _received(self, event: dict[str, Any]) -> None:
        if event["kind"] == "room.restricted":
            self._locked = event["data"]["rules"]["locked"]
        elif event["kind"] == "message.posted":
            self._saw(event["data"]["text"])

    def _saw(self, text: str) -> None:
        if text == FLOOD:
            self.phase.flood_messages += 1
            self.late += self._locked
        elif text.startswith("at "):
            self.phase.seen.append((time.monotonic() - float(text[3:])) * 1000)

    def end(self) -> None:
        self._over = True
        self._reading.join()


def percentile(times: Sequence[float], part: float) -> str:
    found = sorted(times)
    return f"{found[min(len(found) - 1, int(len(found) * part))]:.0f}" if found else "–"


def row(name: str, phase: Phase) -> str:
    refused = ", ".join(f"{count} {type}" for type, count in phase.refused.items()) or "–"
    times = [percentile(found, part) for found in (phase.stored, phase.seen) for part in (0.5, 0.99)]
    return (
        f"| {name} | {len(phase.stored)} of {phase.asked} | {' | '.join(times)} | {phase.flood_messages} | {refused} |"
    )


# The scenario


def main() -> None:
    with TemporaryDirectory() as folder, Parlor(Path(folder), STAFF_MFA="false") as parlor:
        mod, *residents = (BlockingClient(parlor.url, name) for name in ("Morgan", "Ann", "Bo"))
        room = mod.makes_room("Flooded")
        for guest in residents:
            guest.act("room.join", room=room)
        make = "from accounts.models import User; User.objects.filter(name='Morgan').update(is_moderator=True)"
        parlor.manage("shell", "-c", make)
        scenario(parlor, room, mod, Residents(residents[0], residents[1], room))


def scenario(parlor: Parlor, room: str, mod: BlockingClient, residents: Residents) -> None:
    context = multiprocessing.get_context("spawn")
    begin, stop, results = context.Event(), context.Event(), context.Queue()
    senders = context.Process(target=flood, args=(parlor.url, room, begin, stop, results), daemon=True)
    senders.start()
    results.get(timeout=60)
    phases = {"before": residents.live(PHASES_S["before"])}
    begin.set()
    phases["flood"] = residents.live(PHASES_S["flood"])
    pressed = time.monotonic()
    mod.act("room.panic", room=room, on=True)
    took = (time.monotonic() - pressed) * 1000
    phases["panic"] = residents.live(PHASES_S["panic"])
    stop.set()
    counts = results.get(timeout=60)
    senders.join(WAIT_S)
    mod.act("room.panic", room=room, on=False)
    phases["after"] = residents.live(PHASES_S["after"])
    residents.end()
    report(phases, took, residents.late, counts)


def report(phases: dict[str, Phase], took: float, late: int, counts: dict[str, int]) -> None:
    print("| | posts stored | stored p50 | p99 | seen p50 | p99 | flood messages seen | refused |")
    print("|---|---|---|---|---|---|---|---|")
    for name, phase in phases.items():
        print(row(name, phase))
    print(f"\nlockdown: answered after {took:.0f} ms; messages of the flood after it: {late}")
    print("the senders' answers:", ", ".join(f"{count} {type}" for type, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
