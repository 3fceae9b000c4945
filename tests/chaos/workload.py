"""The workload: each client writes in each room, one request after another, until enough is acknowledged."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Any

from tests.chaos.recorded import RecordedClient
from tests.client import ErrorResponse, Guest

OPEN_AT_ONCE = 4
ENTER_AT_ONCE = 4
ACTIONS = {"post": 70, "reply": 10, "react": 20, "edit": 9, "delete": 6, "restore": 3, "edit_removed": 2}
EMOJI = ["👍", "❤️", "🎉"]
LATEST = 5
"""The last messages of a room, to which all react and reply."""
WORDS = ["tea", "*rain*", "`code`", "<b>no</b>", "你好", "🌧️", "**ship**", "https://example.org/", "lamp\nsecond"]


@dataclass(frozen=True)
class Plan:
    """The size of a run.

    `doubles`: share of requests sent twice at once; `quiet_s`: how long a connected reader may take to hear of the
    last event; `resume_s`: how long all may take to come back; `limit_s`: how long the whole run may take; `reactions`:
    whether the server knows reactions and replies.
    """

    clients: int
    rooms: int
    messages: int
    kills: int
    seed: int
    cut_share: float = 0.02
    doubles: float = 0.01
    quiet_s: float = 15
    resume_s: float = 30
    limit_s: float = 150
    reactions: bool = True


class Workload:
    """Guests that connect to the ports in turn."""

    def __init__(self, plan: Plan, ports: Sequence[int], stack: AsyncExitStack) -> None:
        self.plan = plan
        self.random = Random(plan.seed)
        self.clients: list[RecordedClient] = []
        self.rooms: list[str] = []
        self.latest: dict[str, deque[int]] = defaultdict(lambda: deque(maxlen=LATEST))
        self.done: Counter[str] = Counter()
        self.kills_done = 0
        self._ports = cycle(ports)
        self._stack = stack
        self._entering = asyncio.Semaphore(ENTER_AT_ONCE)
        self._posted = asyncio.Event()

    async def enter(self) -> None:
        """Let all guests enter, create and join the rooms, and open as many as they may."""
        self.clients = await asyncio.gather(*(self.guest(f"guest {number}") for number in range(self.plan.clients)))
        for number in range(self.plan.rooms):
            maker = self.clients[number % len(self.clients)]
            made = await maker.send("room.create", "", name=f"room {number}", topic="", public=True)
            self.rooms.append(made["room"])
        await asyncio.gather(*(self._join(number, client) for number, client in enumerate(self.clients)))

    async def guest(self, name: str) -> RecordedClient:
        guest = Guest(f"http://127.0.0.1:{next(self._ports)}", name)
        async with self._entering:
            await asyncio.to_thread(guest.enter)
        client = RecordedClient(guest, Random(self.random.random()), doubles=self.plan.doubles)
        return await self._stack.enter_async_context(client)

    async def _join(self, number: int, client: RecordedClient) -> None:
        made = {room for place, room in enumerate(self.rooms) if place % len(self.clients) == number}
        for room in self.rooms:
            if room not in made:
                with suppress(ErrorResponse):  # a mutant may not know a repeated join; the checker sees it in the log
                    await client.send("room.join", room)
        for room in client.random.sample(self.rooms, min(OPEN_AT_ONCE, len(self.rooms))):
            await client.open(room)

    async def talk(self) -> None:
        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(self._wander(client))
                for room in self.rooms:
                    group.create_task(self._talk_in(client, room))

    def goes_on(self) -> bool:
        return self.done["post"] < self.plan.messages or self.kills_done < self.plan.kills

    async def until_posted(self, count: int) -> None:
        while self.done["post"] < count:
            self._posted.clear()
            await self._posted.wait()

    async def _talk_in(self, client: RecordedClient, room: str) -> None:
        mine = Mine(self.latest[room], reacts=self.plan.reactions)
        while self.goes_on():
            act = mine.possible(client.random.choices(list(ACTIONS), list(ACTIONS.values()))[0])
            try:
                await mine.act(act, client, room)
                self.done[act] += 1
            except ErrorResponse as refused:
                self.done[f"{act} refused {refused.code}"] += 1
            self._posted.set()

    async def _wander(self, client: RecordedClient) -> None:
        """Close a room now and then, and open another from where it was left."""
        while self.goes_on() and len(self.rooms) > OPEN_AT_ONCE:
            await asyncio.sleep(client.random.uniform(0.5, 2))
            left = client.random.choice(sorted(client.opened))
            await client.close(left)
            await client.open(client.random.choice([room for room in self.rooms if room not in {*client.opened, left}]))


class Mine:
    """Messages of one client in one room, and its actions on them. `latest` are the last ones of all clients there."""

    def __init__(self, latest: deque[int], *, reacts: bool) -> None:
        self.alive: list[int] = []
        self.removed: list[int] = []
        self._latest = latest
        self._reacts = reacts

    def possible(self, act: str) -> str:
        latest = self._latest if self._reacts else ()
        wanted = {"edit": self.alive, "delete": self.alive, "react": latest, "reply": latest}.get(act, self.removed)
        return act if wanted else "post"

    async def act(self, act: str, client: RecordedClient, room: str) -> None:
        match act:
            case "post":
                self._posted(await client.send("message.post", room, text=words(client.random)))
            case "reply":
                re = client.random.choice(self._latest)
                self._posted(await client.send("message.post", room, text=words(client.random), re=re))
            case "react":
                o, emoji = client.random.choice(self._latest), client.random.choice(EMOJI)
                await client.send("reaction.set", room, o=o, emoji=emoji, on=client.random.random() < 0.7)
            case "edit":
                await client.send("message.edit", room, o=client.random.choice(self.alive), text=words(client.random))
            case "edit_removed":
                await client.send("message.edit", room, o=self.removed[-1], text=words(client.random))
            case "delete":
                await client.send("message.delete", room, o=self.alive[-1])
                self.removed.append(self.alive.pop())
            case "restore":
                await client.send("message.restore", room, o=self.removed[-1])
                self.alive.append(self.removed.pop())

    def _posted(self, stored: dict[str, Any]) -> None:
        self.alive.append(stored["o"])
        self._latest.append(stored["o"])


def words(random: Random) -> str:
    return " ".join(random.choices(WORDS, k=random.randint(1, 8)))
