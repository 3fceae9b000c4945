"""Supervises serving processes on the same sockets, and companions: starts, watches, restarts and replaces them.

The supervisor serves nothing itself. Each child has a lifeline to it, a pair of sockets. The child writes there when
it is ready and then every few seconds while it lives, and it stops when the other end is closed.
"""

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

logger = logging.getLogger(__name__)

READY_TIMEOUT_S: Final = 60.0
LEAVE_TIMEOUT_S: Final = 30.0
"""A server stops by itself within 25 s."""
HUNG_TIMEOUT_S: Final = 30.0
"""A process whose event loop has been silent for this time is killed: its clients and rooms are waiting."""
HEARTBEAT_S: Final = 5.0
"""The interval at which a process reports that its event loop runs."""
STABLE_AFTER_S: Final = 10.0
"""A process that dies before this age is restarted with back-off, an older one at once."""
FIRST_BACKOFF_S: Final = 1.0
MAX_BACKOFF_S: Final = 30.0


class Child:
    """A serving process, in its own process group: Ctrl-C reaches it through the supervisor only."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: socket.socket) -> None:
        self.process = process
        self.lifeline = lifeline
        self._started_at = time.monotonic()

    @classmethod
    async def start(cls, command: Sequence[str], sockets: Sequence[socket.socket]) -> "Child":
        """Start `command --child 3,4,5`: the descriptors to listen on, and the lifeline as the last one."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            descriptors = [shared.fileno() for shared in (*sockets, theirs)]
            arguments = (*command, "--child", ",".join(map(str, descriptors)))
            return cls(await asyncio.create_subprocess_exec(*arguments, pass_fds=descriptors, process_group=0), ours)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._started_at

    async def is_ready(self) -> bool:
        """Wait until the child reports ready. Return False if it ends first, or stays silent."""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(READY_TIMEOUT_S):
                return await asyncio.get_running_loop().sock_recv(self.lifeline, 1) != b""
        return False

    async def exit_status(self) -> int:
        return await self.process.wait()

    async def wait_until_hung(self) -> None:
        """Return after `HUNG_TIMEOUT_S` of silence.

        The time is waited for in three parts, all of them silent, because the supervisor itself may have been stopped.
        """
        silent_parts = 0
        while silent_parts < 3:
            try:
                async with asyncio.timeout(HUNG_TIMEOUT_S / 3):
                    data = await asyncio.get_running_loop().sock_recv(self.lifeline, 64)
            except TimeoutError:
                silent_parts += 1
                continue
            except OSError:
                data = b""
            if not data:  # the child is ending
                await asyncio.Event().wait()
            silent_parts = 0

    async def stop(self) -> None:
        """Ask the child to stop, and return when it is gone."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT_S):
                await self.exit_status()
        except TimeoutError:
            logger.warning("process %d did not stop in %g s", self.pid, LEAVE_TIMEOUT_S)
            self.kill()
            await self.exit_status()
        self.lifeline.close()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal. asyncio's `send_signal` would lose the exit status of a process that has just ended."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Slot:
    """A place for one child. `keep_filled` starts another child when the present one ends or hangs.

    `name` is how the log calls the child. Slots that share a `start_lock` start one child at a time.
    """

    def __init__(
        self, name: str, command: Sequence[str], sockets: Sequence[socket.socket], start_lock: asyncio.Lock
    ) -> None:
        self.child: Child | None = None
        self._name, self._command, self._sockets, self._start_lock = name, command, sockets, start_lock
        self._children: set[Child] = set()

    async def fill(self) -> bool:
        """Put a child that is ready into the slot. Leave the slot as it is, and return False, if it does not start."""
        child = await Child.start(self._command, self._sockets)
        self._children.add(child)
        if await child.is_ready():
            self.child = child
            return True
        child.kill()
        status = await child.exit_status()
        self._children.discard(child)
        logger.error("%s %d did not become ready; %s", self._name, child.pid, _status_text(status))
        return False

    async def keep_filled(self) -> None:
        """Fill an empty slot. Wait for the end of the child, and start another one unless the child was replaced."""
        backoff_s = 0.0
        while True:
            if (child := self.child) is None:
                await self._refill(None, backoff_s)
                continue
            watching = asyncio.create_task(self._kill_when_hung(child))
            try:
                status = await child.exit_status()
            finally:
                watching.cancel()
            if child is self.child:
                self._children.discard(child)
                logger.error("%s %d is gone: %s", self._name, child.pid, _status_text(status))
                backoff_s = 0.0 if child.age_s > STABLE_AFTER_S else _longer(backoff_s)
                await self._refill(child, backoff_s)

    async def replace(self) -> bool:
        """Fill the slot with another child and then stop the old one. Return False if the new one does not start."""
        old = self.child
        async with self._start_lock:
            if not await self.fill():
                return False
        if old:
            await self._dismiss(old)
        return True

    async def renew(self) -> None:
        """Stop the child and then fill the slot, so that there are never two. `keep_filled` repeats a failed start."""
        old, self.child = self.child, None
        if old:
            await self._dismiss(old)

    async def stop(self) -> None:
        """Stop the child, and one that is starting."""
        await asyncio.gather(*(child.stop() for child in self._children))

    def kill(self) -> None:
        for child in self._children:
            child.kill()

    async def _dismiss(self, old: Child) -> None:
        await old.stop()
        self._children.discard(old)

    async def _kill_when_hung(self, child: Child) -> None:
        await child.wait_until_hung()
        logger.error("%s %d has hung for %g s and is killed", self._name, child.pid, HUNG_TIMEOUT_S)
        child.kill()

    async def _refill(self, gone: Child | None, backoff_s: float) -> None:
        """Try until the slot has another child."""
        while self.child is gone:
            await asyncio.sleep(backoff_s)
            async with self._start_lock:
                if self.child is gone:
                    await self.fill()
            backoff_s = _longer(backoff_s)


class Companions:
    """Children beside a server in its own event loop, such as the worker of background tasks. They serve no socket."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        lock = asyncio.Lock()
        self.slots = [Slot(name, command, [], lock) for name, command in commands.items()]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(slot.keep_filled()) for slot in self.slots]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(slot.stop() for slot in self.slots))


class Supervisor:
    """`run` returns the exit status. SIGTERM and SIGINT stop all processes; SIGHUP replaces them one by one.

    `companions` are commands by the names of their processes: one process of each runs beside the servers.
    """

    def __init__(
        self,
        command: Sequence[str],
        sockets: Sequence[socket.socket],
        processes: int,
        ready: Callable[[], object],
        companions: Mapping[str, Sequence[str]],
    ) -> None:
        self.sockets, self.ready = sockets, ready
        lock = asyncio.Lock()
        self.slots = [Slot("process", command, sockets, lock) for _ in range(processes)]
        self._companions = Companions(companions)
        self._stopping, self._restart = asyncio.Event(), asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._restart.set)
        try:
            return await self._supervise()
        finally:
            for listener in self.sockets:
                listener.close()  # when the last child has closed its copy, new connections fail at once
            await asyncio.gather(self._companions.stop(), *(slot.stop() for slot in self.slots))

    async def _supervise(self) -> int:
        if all(await self._until_stopping(asyncio.gather(*(slot.fill() for slot in self.slots)))):
            self.ready()
            self._companions.start()
            kept = (slot.keep_filled() for slot in self.slots)
            await self._until_stopping(asyncio.gather(self._restart_on_request(), *kept))
        return 0 if self._stopping.is_set() else 1

    async def _until_stopping(self, work: "asyncio.Future[list[Any]]") -> list[Any]:
        """Return the results of the work, or `[False]` if the supervisor is to stop first."""
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait([stopping, work], return_when=asyncio.FIRST_COMPLETED)
        for future in (stopping, work):
            future.cancel()
        with suppress(asyncio.CancelledError):
            return await work
        return [False]

    def _stop(self) -> None:
        """Stop all children; kill them at the second call."""
        if self._stopping.is_set():
            for slot in (*self.slots, *self._companions.slots):
                slot.kill()
        self._stopping.set()

    async def _restart_on_request(self) -> None:
        while await self._restart.wait():
            self._restart.clear()
            if await self._rolling_restart():
                logger.info("all %d processes are new", len(self.slots))

    async def _rolling_restart(self) -> bool:
        for slot in self.slots:
            if not await slot.replace():
                logger.error("the rolling restart has ended here: the processes from before go on")
                return False
        await asyncio.gather(*(slot.renew() for slot in self._companions.slots))
        return True


def _longer(backoff_s: float) -> float:
    return min(backoff_s * 2 or FIRST_BACKOFF_S, MAX_BACKOFF_S)


def _status_text(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
