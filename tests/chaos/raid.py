"""`python -m tests.chaos.raid`: a raid in numbers, on a server of its own with the limits that people have.

Twenty guests post at ten times the rate, until one moderator presses the panic switch. Two residents, in a process
of their own, tell what they noticed: one posts four times a second, the other reads. About half a minute.
"""

import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any, Final

from websockets.exceptions import ConnectionClosed

from tests.services.parlor import Parlor
from tests.system.guest import Guest

RAIDERS: Final = 20
EVERY_S: Final = 0.01
"""a raider asks a hundred times a second; ten are allowed"""
RESIDENT_S: Final = 0.25
PHASES_S: Final = {"before": 6.0, "raid": 10.0, "panic": 6.0, "after": 6.0}
WAIT_S: Final = 10.0
RAID: Final = "RAID"


# The raiders


def raid(url: str, room: str, begin: Event, stop: Event, told: Any) -> None:
    """In a process of its own; puts how often what was answered."""
    counts: Counter[str] = Counter()
    lock, guests = Lock(), [Guest(url, f"Raider {n}") for n in range(RAIDERS)]
    for guest in guests:
        guest.act("room.join", room=room)
    threads = [Thread(target=_raids, args=[guest, room, stop, counts, lock]) for guest in guests]
    told.put("ready")
    begin.wait()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(dict(counts))


def _raids(guest: Guest, room: str, stop: Event, counts: Counter[str], lock: Lock) -> None:
    """Asks without waiting for answers, and counts them as they come."""
    while not stop.is_set():
        until = time.monotonic() + EVERY_S
        try:
            guest.ask("message.post", cid=token_urlsafe(16), room=room, text=RAID)
            answers = list(_answers(guest, until))
        except ConnectionClosed as closed:
            with lock:
                counts[f"closed with {closed.rcvd.code if closed.rcvd else 1006}"] += 1
            return
        with lock:
            counts.update(["asked", *answers])
    guest.leave()


def _answers(guest: Guest, until: float) -> Iterator[str]:
    """What has come by then, as "taken" or the type of the refusal."""
    while (left := until - time.monotonic()) > 0:
        try:
            answer = json.loads(guest._socket.recv(timeout=left))
        except TimeoutError:
            return
        if "method" not in answer:
            yield "taken" if "result" in answer else answer["error"]["data"]["type"]


def answered(guest: Guest, method: str, **params: Any) -> dict[str, Any]:
    """The answer as it came, a refusal too."""
    id = guest.ask(method, cid=token_urlsafe(16), **params)
    while True:
        answer: dict[str, Any] = json.loads(guest._socket.recv(timeout=WAIT_S))
        if answer.get("id") == id and "method" not in answer:
            return answer


# The residents


@dataclass
class Phase:
    """What the residents noticed of one part. Times in ms."""

    asked: int = 0
    stored: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    raid_lines: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Residents:
    """One posts the time, the other reads and counts."""

    def __init__(self, writer: Guest, reader: Guest, room: str) -> None:
        self._writer, self._reader, self._room = writer, reader, room
        self.phase = Phase()
        self.late = 0
        """lines of the raid behind the switch, in the order of the room"""
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
        answer = answered(self._writer, "message.post", room=self._room, text=f"at {began}")
        phase.asked += 1
        if "result" in answer:
            phase.stored.append((time.monotonic() - began) * 1000)
        else:
            phase.refused[answer["error"]["data"]["type"]] += 1
        time.sleep(max(0.0, RESIDENT_S - (time.monotonic() - began)))

    def _read(self) -> None:
        while not self._over:
            try:
                frame = json.loads(self._reader._socket.recv(timeout=RESIDENT_S))
            except TimeoutError:
                continue
            if frame.get("method") == "session.ping":
                pong = {"jsonrpc": "2.0", "id": frame["id"], "result": {"rooms": {}}}
                self._reader._socket.send(json.dumps(pong))
            elif frame.get("method") == "room.event":
                self._heard(frame["params"])

    def _heard(self, event: dict[str, Any]) -> None:
        if event["kind"] == "room.restricted":
            self._locked = event["data"]["rules"]["locked"]
        elif event["kind"] == "message.posted":
            self._saw(event["data"]["text"])

    def _saw(self, text: str) -> None:
        if text == RAID:
            self.phase.raid_lines += 1
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
    return f"| {name} | {len(phase.stored)} of {phase.asked} | {' | '.join(times)} | {phase.raid_lines} | {refused} |"


# The evening


def main() -> None:
    with TemporaryDirectory() as folder, Parlor(Path(folder), STAFF_MFA="false") as parlor:
        mod, *residents = (Guest(parlor.url, name) for name in ("Morgan", "Ann", "Bo"))
        room = mod.makes_room("Raided")
        for guest in residents:
            guest.act("room.join", room=room)
        make = "from accounts.models import User; User.objects.filter(name='Morgan').update(is_moderator=True)"
        parlor.manage("shell", "-c", make)
        evening(parlor, room, mod, Residents(residents[0], residents[1], room))


def evening(parlor: Parlor, room: str, mod: Guest, residents: Residents) -> None:
    context = multiprocessing.get_context("spawn")
    begin, stop, told = context.Event(), context.Event(), context.Queue()
    raiders = context.Process(target=raid, args=(parlor.url, room, begin, stop, told), daemon=True)
    raiders.start()
    told.get(timeout=60)
    phases = {"before": residents.live(PHASES_S["before"])}
    begin.set()
    phases["raid"] = residents.live(PHASES_S["raid"])
    pressed = time.monotonic()
    mod.act("room.panic", room=room, on=True)
    took = (time.monotonic() - pressed) * 1000
    phases["panic"] = residents.live(PHASES_S["panic"])
    stop.set()
    counts = told.get(timeout=60)
    raiders.join(WAIT_S)
    mod.act("room.panic", room=room, on=False)
    phases["after"] = residents.live(PHASES_S["after"])
    residents.end()
    report(phases, took, residents.late, counts)


def report(phases: dict[str, Phase], took: float, late: int, counts: dict[str, int]) -> None:
    print("| | posts stored | stored p50 | p99 | seen p50 | p99 | raid lines seen | refused |")
    print("|---|---|---|---|---|---|---|---|")
    for name, phase in phases.items():
        print(row(name, phase))
    print(f"\npanic switch: answered after {took:.0f} ms; lines of the raid behind it: {late}")
    print("the raiders' answers:", ", ".join(f"{count} {type}" for type, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
