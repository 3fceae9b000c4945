"""Every prepared query of the project beside the ORM's own answer, on rows that services have written."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

import accounts.selectors
import accounts.sessions
import chat.selectors.access
import chat.selectors.invites
import chat.selectors.mentions
import chat.selectors.messages
import chat.selectors.own_rooms
import chat.selectors.pins
import chat.selectors.quotes
import chat.selectors.reactions
import chat.selectors.rooms
import game.selectors.matches
import realtime.log.locks
import realtime.log.reading
import realtime.log.writing
import realtime.security
import realtime.workers.repeats
from chat.models import Room
from realtime.log import now_ms
from realtime.storage.prepared import prepared
from tests.actions import act, guest, post, room
from tests.client.in_process import login_session

pytestmark = pytest.mark.django_db
MODULES = [
    accounts.selectors,
    accounts.sessions,
    chat.selectors.access,
    chat.selectors.invites,
    chat.selectors.mentions,
    chat.selectors.messages,
    chat.selectors.own_rooms,
    chat.selectors.pins,
    chat.selectors.quotes,
    chat.selectors.reactions,
    chat.selectors.rooms,
    game.selectors.matches,
    realtime.log.locks,
    realtime.log.writing,
    realtime.log.reading,
    realtime.security,
    realtime.workers.repeats,
]
EVERY: dict[str, prepared[..., Any]] = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, prepared) and value.query.__module__ == module.__name__
}
Asked = dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]]


@pytest.fixture
def asked() -> Asked:
    """Return arguments of each prepared query, in several forms where they differ."""
    from accounts.models import User

    ana, ben, eve = guest("Ana"), guest("Ben"), guest("Eve")
    key = room(ana, ben)
    room_pk, log = Room.objects.values_list("pk", "log_id").get(log__key=key)
    cid = "a-cid-of-ana"
    act(ana, "message.post", room=key, cid=cid, text="hello")
    lines = [post(ben, key, f"line {n}") for n in range(30)]
    act(ana, "message.post", room=key, text="yes", re=lines[2])
    act(ana, "message.post", room=key, text="no", re=lines[3])
    act(ana, "message.pin", room=key, o=lines[3], pinned=True)
    act(ana, "message.pin", room=key, o=lines[5], pinned=True)
    act(ana, "message.delete", room=key, o=lines[3])
    act(ana, "invite.create", room=key, expires_ms=10**6, uses=2)
    act(ben, "invite.create", room=key, expires_ms=None, uses=None)
    act(ana, "match.create", room=key, game="four")
    login_session(User.objects.get(pk=ana.pk))
    session = Session.objects.get().session_key
    mine, host = [f" u:{ben.id} ", " member "], [" host ", " member "]
    return {
        "accounts.selectors._people": [(([ana.id, "nobody"],), {}), (({ana.id, ben.id, eve.id},), {})],
        "accounts.selectors._facts": [(([ana.pk, 0],), {}), (({ana.pk, ben.pk, eve.pk},), {})],
        "accounts.sessions._stored": [(([session, "none"],), {}), ((["none"],), {})],
        "accounts.sessions._ends": [(([session, "none"],), {}), ((["none"],), {})],
        "chat.selectors.access._access_rows": [
            (({key}, {ana.pk, ben.pk, eve.pk}), {}),
            (([key, "another"], [eve.pk]), {}),
        ],
        "chat.selectors.invites._active": [((key, now_ms(), None), {}), ((key, now_ms(), [ben.id, "x"]), {})],
        "chat.selectors.mentions._named": [(([room_pk], [ana.id, eve.id, "x"]), {}), (([room_pk, 0], {ben.id}), {})],
        "chat.selectors.mentions._members": [((room_pk,), {}), ((0,), {})],
        "chat.selectors.messages._before": [((log, host, None), {"limit": 9}), ((log, mine, 7), {"limit": 3})],
        "chat.selectors.messages._after": [((log, host, 0), {"limit": 9}), ((log, [], 7), {"limit": 3})],
        "chat.selectors.messages._last": [((key,), {})],
        "chat.selectors.own_rooms._mine": [((ben.pk, mine), {"limit": 500}), ((eve.pk, mine), {"limit": 1})],
        "chat.selectors.pins._pinned": [((log, host), {}), ((log, []), {})],
        "chat.selectors.quotes._quoted": [((log, lines[2:4]), {}), ((log, []), {}), ((log, [lines[5]]), {})],
        "chat.selectors.reactions._messages": [((log, {*lines[:3], 10**6}), {}), ((log, [10**6]), {})],
        "chat.selectors.rooms._rooms": [((key,), {}), (("none",), {})],
        "game.selectors.matches._tables": [((key,), {}), (("none",), {})],
        "realtime.log.locks._free": [(({key, "none"},), {})],
        "realtime.log.writing._rows_locked": [(({key, "site", "none"},), {})],
        "realtime.log.reading._read": [((key, 3, 9), {"limit": 4}), ((key, 0, 2**62), {"limit": 200})],
        "realtime.log.reading._tail": [((key,), {"limit": 5})],
        "realtime.log.reading._heads": [(([key, "site", "none"],), {})],
        "realtime.log.reading._tag": [((key, 3), {}), ((key, 300), {})],
        "realtime.security._users": [((ana.pk,), {}), ((0,), {})],
        "realtime.workers.repeats._events_with": [(([cid, "another"],), {})],
    }


def test_each_gives_the_rows_of_its_query(asked: Asked) -> None:
    assert set(asked) == set(EVERY)
    with transaction.atomic():
        for name, ways in asked.items():
            answers = []
            for args, fixed in ways:
                answers.append(EVERY[name](*args, **fixed))
                assert answers[-1] == list(EVERY[name].query(*args, **fixed)), name
            assert any(answers), name


def test_no_module_has_one_that_is_not_asked() -> None:
    from pathlib import Path

    root = Path(__file__).parent.parent.parent
    using = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for app in ("realtime", "accounts", "chat", "game")
        for path in (root / app).rglob("*.py")
        if "\n@prepared\n" in path.read_text()
    }
    assert using == {module.__name__ for module in MODULES}
