"""Several serving processes on the same sockets: started, watched, started again, replaced one after the other.

It serves nobody itself. Each process has a lifeline to it, a pair of sockets: the process says there that it is ready,
then every few seconds that it lives, and leaves politely when the other end is gone.
"""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

logger = logging.getLogger(__name__)

READY_S: Final = 60.0
LEAVE_S: Final = 30.0
"""a server leaves by itself within 25"""
HUNG_S: Final = 30.0
"""a process whose event loop has said nothing for so long is killed: people and rooms wait for it"""
BEAT_S: Final = 5.0
"""how often a process says that its event loop runs"""
LIVED_S: Final = 10.0
"""whoever dies younger is started again with back-off, the others at once"""
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0


class Child:
    """One serving process, in a process group of its own: Ctrl-C reaches it through its supervisor only."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: socket.socket) -> None:
        self.process = process
        self.lifeline = lifeline
        self._born = time.monotonic()

    @classmethod
    async def start(cls, command: Sequence[str], sockets: Sequence[socket.socket]) -> "Child":
        """`command --child 3,4,5`: the sockets to listen on, and the lifeline at the end."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            passed = [each.fileno() for each in (*sockets, theirs)]
            words = (*command, "--child", ",".join(map(str, passed)))
            return cls(await asyncio.create_subprocess_exec(*words, pass_fds=passed, process_group=0), ours)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def age(self) -> float:
        return time.monotonic() - self._born

    async def is_ready(self) -> bool:
        """Waits for its word; False if it ended before, or says nothing."""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(READY_S):
                return await asyncio.get_running_loop().sock_recv(self.lifeline, 1) != b""
        return False

    async def ended(self) -> int:
        return await self.process.wait()

    async def hangs(self) -> None:
        """Return when it has said nothing for `HUNG_S`, three parts in a row: this process may have been stopped."""
        silent = 0
        while silent < 3:
            try:
                async with asyncio.timeout(HUNG_S / 3):
                    said = await asyncio.get_running_loop().sock_recv(self.lifeline, 64)
            except TimeoutError:
                silent += 1
                continue
            except OSError:
                said = b""
            if not said:  # it ends
                await asyncio.Event().wait()
            silent = 0

    async def leave(self) -> None:
        """Let it say goodbye; returns when it is gone."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(LEAVE_S):
                await self.ended()
        except TimeoutError:
            logger.warning("process %d did not leave in %g s", self.pid, LEAVE_S)
            self.kill()
            await self.ended()
        self.lifeline.close()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, how: signal.Signals) -> None:
        """Not by `send_signal`, which takes the exit status of who has just ended from asyncio: that says 255 then."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, how)


class Supervisor:
    """`run` returns the exit status. SIGTERM and SIGINT: all leave. SIGHUP: each is replaced, then leaves."""

    def __init__(
        self,
        command: Sequence[str],
        sockets: Sequence[socket.socket],
        processes: int,
        ready: Callable[[], object],
    ) -> None:
        self.command, self.sockets, self.ready = command, sockets, ready
        self.places: list[Child | None] = [None] * processes
        self._children: set[Child] = set()
        self._starting = asyncio.Lock()
        self._leaving, self._renewal = asyncio.Event(), asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._leave)
        loop.add_signal_handler(signal.SIGHUP, self._renewal.set)
        try:
            return await self._supervise()
        finally:
            for listening in self.sockets:
                listening.close()  # once the last child has closed its own too, callers are refused at once
            await asyncio.gather(*(child.leave() for child in self._children))

    async def _supervise(self) -> int:
        places = range(len(self.places))
        if all(await self._until_leaving(asyncio.gather(*map(self._fill, places)))):
            self.ready()
            await self._until_leaving(asyncio.gather(self._renew(), *map(self._keep, places)))
        return 0 if self._leaving.is_set() else 1

    async def _until_leaving(self, work: "asyncio.Future[list[Any]]") -> list[Any]:
        """What the work returns; nothing is known of it once all are to leave."""
        leaving: asyncio.Future[Any] = asyncio.ensure_future(self._leaving.wait())
        await asyncio.wait([leaving, work], return_when=asyncio.FIRST_COMPLETED)
        for each in (leaving, work):
            each.cancel()
        with suppress(asyncio.CancelledError):
            return await work
        return [False]

    def _leave(self) -> None:
        """Asked a second time it does not wait."""
        if self._leaving.is_set():
            for child in self._children:
                child.kill()
        self._leaving.set()

    async def _fill(self, place: int) -> bool:
        """Put a process that is ready there; what was there before stays if there is none."""
        child = await Child.start(self.command, self.sockets)
        self._children.add(child)
        if await child.is_ready():
            self.places[place] = child
            return True
        child.kill()
        status = await child.ended()
        self._children.discard(child)
        logger.error("process %d did not become ready; %s", child.pid, _how(status))
        return False

    async def _keep(self, place: int) -> None:
        """Wait for the end of who is there now; another one takes the place of who died."""
        pause = 0.0
        while child := self.places[place]:
            watching = asyncio.create_task(self._watch(child))
            try:
                status = await child.ended()
            finally:
                watching.cancel()
            if child is self.places[place]:
                self._children.discard(child)
                logger.error("process %d is gone: %s", child.pid, _how(status))
                pause = 0.0 if child.age > LIVED_S else _longer(pause)
                await self._refill(place, child, pause)

    async def _watch(self, child: Child) -> None:
        await child.hangs()
        logger.error("process %d has hung for %g s and is killed", child.pid, HUNG_S)
        child.kill()

    async def _refill(self, place: int, gone: Child, pause: float) -> None:
        """Try until somebody else is there."""
        while self.places[place] is gone:
            await asyncio.sleep(pause)
            async with self._starting:
                if self.places[place] is gone:
                    await self._fill(place)
            pause = _longer(pause)

    async def _renew(self) -> None:
        """A rolling restart each time it is asked for."""
        while await self._renewal.wait():
            self._renewal.clear()
            if await self._renew_all():
                logger.info("all %d processes are new", len(self.places))

    async def _renew_all(self) -> bool:
        for place, old in enumerate(self.places):
            async with self._starting:
                if not await self._fill(place):
                    logger.error("the rolling restart has ended here: the processes from before go on")
                    return False
            if old:
                await old.leave()
                self._children.discard(old)
        return True


def _longer(pause: float) -> float:
    return min(pause * 2 or FIRST_PAUSE_S, LONGEST_PAUSE_S)


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
