"""The check of login sessions goes batch by batch, and nothing that one batch has found is lost by the next."""

from types import SimpleNamespace
from typing import Any

import pytest

from realtime.errors import RealtimeError
from realtime.hub import logins
from realtime.hub.logins import Logins
from realtime.hub.subscriber import Subscriber
from realtime.types import Caller, UserId


class Readers:
    """Readers whose database goes away after some calls."""

    def __init__(self, calls: int) -> None:
        self.calls = calls

    async def run(self, function: Any, *given: Any) -> Any:
        self.calls -= 1
        if self.calls < 0:
            raise RealtimeError(503, "unavailable", "gone")
        return function(*given)


def subscriber(name: str, pk: int) -> Subscriber:
    queue: Any = SimpleNamespace(ending=None)
    return Subscriber(queue, lambda close: None, name, Caller(UserId(name), pk, name, {}, facts=1))


@pytest.mark.asyncio
async def test_changed_users_are_found_when_a_later_batch_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "SUBSCRIBERS_PER_BATCH", 1)
    monkeypatch.setattr(logins, "sessions_alive", lambda keys: keys)
    backend: Any = SimpleNamespace(facts=lambda users: dict.fromkeys(users, 2), moved_logins=lambda gone: {})
    readers: Any = Readers(calls=1)
    checked, subscribers = Logins(backend, readers), [subscriber("mei", 1), subscriber("jonas", 2)]
    changed = checked.changed(subscribers)
    assert await anext(changed) == "mei"
    with pytest.raises(RealtimeError):
        await anext(changed)
    assert [each.caller.facts for each in subscribers] == [2, 1]
    readers.calls = 2
    assert [user async for user in checked.changed(subscribers)] == ["jonas"]
