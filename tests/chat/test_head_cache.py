"""Tests the cache by head: a change of what it holds moves the head, and other rows are at most a second old."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from chat import plugin
from chat.models import Invite, Room
from chat.selectors import head_cache, invites, may_read, messages, rooms, snapshot
from game.selectors import matches
from moderation.models import Sanction
from realtime.log import head_of
from realtime.types import Caller, LogKey
from tests.actions import act, guest, post
from tests.queries import queries

pytestmark = pytest.mark.django_db
EVERY: list[head_cache.cached_by_head[Any]] = [
    each
    for module in (rooms, messages, invites, matches)
    for each in vars(module).values()
    if isinstance(each, head_cache.cached_by_head)
]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Stands still; what a test keeps is its own."""
    now = [1000.0]
    monkeypatch.setattr(head_cache, "monotonic", lambda: now[0])
    yield now
    for each in EVERY:
        each._found.clear()


def shown(caller: Caller, key: LogKey) -> Any:
    """Return the snapshot as it goes over the wire."""
    labels = may_read(caller, key)
    assert labels is not None
    return msgspec.to_builtins(snapshot(caller, key, labels, head_of(key)))


def fresh(caller: Caller, key: LogKey) -> Any:
    for each in EVERY:
        each._found.clear()
    return shown(caller, key)


def asked(caller: Caller, key: LogKey) -> int:
    with queries() as sql:
        shown(caller, key)
    return len(sql)


def test_next_reader_reads_only_their_own_access(
    ana: Caller, ben: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(plugin.installed.snapshot, "sample")
    labels_head_standing = 3
    post(ana, key)
    assert asked(ana, key) == labels_head_standing + len(EVERY)
    assert asked(ben, key) == labels_head_standing
    post(ana, key)
    assert asked(ben, key) == labels_head_standing + len(EVERY)


def test_cached_rows_without_event_are_at_most_a_second_old(ana: Caller, key: LogKey, clock: list[float]) -> None:
    post(ana, key)
    shown(ana, key)
    act(ana, "profile.change", name="Anastasia", face="", colour=0)
    clock[0] += head_cache.KEPT_S
    assert shown(ana, key)["people"][ana.id]["name"] == "Anastasia"


def test_few_rooms_are_kept() -> None:
    every = head_cache.cached_by_head(lambda key: key)
    for number in range(3 * head_cache.ROOMS):
        every(LogKey(str(number)), head_of(LogKey("none")))
    assert 0 < len(every._found) <= head_cache.ROOMS


def changes(ana: Caller, ben: Caller, eve: Caller, key: LogKey) -> Iterator[None]:
    """Yield each change of what a snapshot of the room shows, one after the other."""
    o = post(ben, key)
    yield
    act(ben, "message.edit", room=key, o=o, text="other")
    yield
    act(ana, "reaction.set", room=key, o=o, emoji="👍", on=True)
    yield
    act(ana, "message.delete", room=key, o=o)
    yield
    act(ana, "message.restore", room=key, o=o)
    yield
    act(ana, "invite.create", room=key, expires_ms=10**6, uses=1)
    yield
    act(ben, "invite.create", room=key, expires_ms=10**6, uses=1)
    yield
    act(ana, "invite.revoke", room=key, invite=Invite.objects.earliest("pk").key)
    yield
    act(eve, "room.join", room=key)
    yield
    act(ana, "member.role", room=key, user=eve.id, role="host")
    yield
    act(eve, "member.role", room=key, user=eve.id, role="member")
    yield
    act(ana, "room.change", room=key, name="Other", topic="new", public=False)
    yield
    act(ana, "room.restrict", room=key, slow_s=0, locked=False, guests_off=False, approval=True)
    yield
    act(ana, "room.panic", room=key, on=True)
    yield
    act(ana, "room.panic", room=key, on=False)
    yield
    yield from plays(ana, ben, key)
    yield from sanctions(ana, ben, eve, key)


def plays(ana: Caller, ben: Caller, key: LogKey) -> Iterator[None]:
    match = act(ana, "match.create", room=key, game="four")["o"]
    yield
    act(ben, "seat.take", room=key, match=match, seat=1)
    yield
    version = act(ana, "move.play", room=key, match=match, version=head_of(key).o, move=3)["o"]
    yield
    act(ben, "move.play", room=key, match=match, version=version, move=3)
    yield
    act(ana, "message.delete", room=key, o=match)
    yield
    act(ben, "match.resign", room=key, match=match)
    yield
    act(ana, "match.rematch", room=key, match=match)
    yield


def sanctions(ana: Caller, ben: Caller, eve: Caller, key: LogKey) -> Iterator[None]:
    for kind in ("warn", "mute", "kick", "ban"):
        act(ana, "sanction.make", room=key, user=eve.id, kind=kind, duration_ms=60_000, remove="all")
        yield
        if kind in {"mute", "ban"}:
            act(ana, "sanction.lift", room=key, sanction=Sanction.objects.latest("pk").key)
            yield
    act(ben, "room.leave", room=key)
    yield


def test_every_change_of_a_snapshot_moves_the_head(ana: Caller, ben: Caller, key: LogKey) -> None:
    eve = guest("Eve")
    before = fresh(ana, key)
    for count, _ in enumerate(changes(ana, ben, eve, key)):
        now = shown(ana, key)
        assert now == fresh(ana, key), count
        assert now != before, count
        before = now
    assert Room.objects.get(log__key=key).name == "Other"
