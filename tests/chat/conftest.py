"""What chat's tests share."""

from collections.abc import Callable

import pytest

from chat.models import Message, Room
from realtime.models import Event, Log
from realtime.types import Caller, LogKey
from tests.chat.acts import guest, room


@pytest.fixture
def ana() -> Caller:
    return guest("Ana")


@pytest.fixture
def ben() -> Caller:
    return guest("Ben")


@pytest.fixture
def ann() -> Caller:
    return guest("Ann")


@pytest.fixture
def bo() -> Caller:
    return guest("Bo")


@pytest.fixture
def cy() -> Caller:
    return guest("Cy")


@pytest.fixture
def key(ana: Caller, ben: Caller) -> LogKey:
    """A room whose host is Ana."""
    return room(ana, ben)


@pytest.fixture
def grown() -> Callable[[LogKey, int], None]:
    """Make a room's history this many lines long, past the writer: rows as it would have left them."""

    def grow(key: LogKey, lines: int) -> None:
        log = Log.objects.get(key=key)
        author = Room.objects.get(log=log).created_by
        assert author is not None
        places = [(log.head + n, log.lines + n) for n in range(1, lines - log.lines + 1)]
        said = {"log": log, "data": '{"text":"old"}', "at": 1}
        Event.objects.bulk_create(
            (
                Event(offset=o, lines=n, tag=o, kind="message.posted", actor=author.key, cid=f"grown-{key}-{o}", **said)
                for o, n in places
            ),
            batch_size=500,
        )
        Message.objects.bulk_create(
            (Message(offset=o, lines=n, touched=o, kind="text", author=author, **said) for o, n in places),
            batch_size=500,
        )
        log.head, log.lines = places[-1] if places else (log.head, log.lines)
        log.save()

    return grow
