"""A pause in which nothing moves is a short one, and nobody reads from a port that is closed."""

import asyncio
from collections.abc import Iterator

import pytest

from realtime.server import accept_throttle

pytestmark = pytest.mark.asyncio


class Port:
    """Reads or not."""

    def __init__(self) -> None:
        self.reads = asyncio.Event()
        self.reads.set()

    def startReading(self) -> None:
        self.reads.set()

    def stopReading(self) -> None:
        self.reads.clear()


@pytest.fixture
def port() -> Iterator[Port]:
    accept_throttle.add_port(port := Port())
    yield port
    accept_throttle.remove_port(port)


async def test_pause_ends_by_itself(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accept_throttle, "MAX_PAUSE_S", 0)
    accept_throttle.pause()
    assert not port.reads.is_set()
    await asyncio.wait_for(port.reads.wait(), 10)


async def test_resume_cancels_the_timer(port: Port) -> None:
    accept_throttle.pause()
    [end] = accept_throttle._timers
    accept_throttle.resume()
    assert port.reads.is_set()
    assert end.cancelled()


async def test_removed_port_is_not_resumed(port: Port) -> None:
    accept_throttle.pause()
    accept_throttle.remove_port(port)
    accept_throttle.resume()
    assert not port.reads.is_set()


async def test_port_accepts_the_same_number_each_time(port: Port) -> None:
    port.numberAccepts = 100  # type: ignore[attr-defined]
    assert port.numberAccepts == accept_throttle.ACCEPTS_PER_TURN  # type: ignore[attr-defined]
