"""Who is kept out or silenced looks for a way around it, and who has a little rank for more of it."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from accounts.models import User
from chat.models import Hold, Sanction
from chat.selectors import may_read
from chat.services.entrance import appeal_make
from realtime import clock
from realtime.log import now_ms
from realtime.methods import Caller
from realtime.models import Event
from realtime.protocol import LogKey, RealtimeError
from realtime.writer import Answer, write
from tests.chat.acts import act, ask, call, guest, last_event, post, room
from tests.game.play import refused

pytestmark = pytest.mark.django_db
HOUR = 60 * 60_000


@pytest.fixture(autouse=True)
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now_ms() / 1000, tick=False) as traveller:
        yield traveller


@pytest.fixture
def host() -> Caller:
    return guest("Host")


@pytest.fixture
def ann() -> Caller:
    return guest("Ann")


@pytest.fixture
def bo() -> Caller:
    return guest("Bo")


@pytest.fixture
def key(host: Caller, ann: Caller, bo: Caller) -> LogKey:
    return room(host, ann, bo)


@pytest.fixture
def mod(key: LogKey) -> Caller:
    moderator = guest("Mod")
    User.objects.filter(pk=moderator.pk).update(is_moderator=True)
    act(moderator, "room.join", room=key)
    return moderator


def make(by: Caller, key: LogKey, user: Caller, kind: str, **more: Any) -> str:
    """The key of the sanction."""
    act(by, "sanction.make", room=key, user=user.id, kind=kind, **more)
    return Sanction.objects.latest("pk").key


def lift(by: Caller, key: LogKey, sanction: str) -> None:
    act(by, "sanction.lift", room=key, sanction=sanction)


def claim() -> int:
    calls = clock.due()
    assert [found for found in write(calls) if isinstance(found, RealtimeError)] == []
    return len(calls)


# Banned from the site


def test_nothing_that_is_sent_after_a_ban_of_the_site_is_taken(mod: Caller, ann: Caller, key: LogKey) -> None:
    posts = [call(ann, "message.post", room=key, text=f"{n}") for n in range(20)]
    outcomes = write(
        [*posts[:10], call(mod, "sanction.make", room=key, user=ann.id, kind="ban", site=True), *posts[10:]]
    )
    assert [type(found) for found in outcomes[:11]] == [Answer] * 11
    assert {getattr(found, "type", "taken") for found in outcomes[11:]} == {"banned"}


def test_what_a_connection_still_holds_after_a_ban_of_the_site_is_refused(
    mod: Caller, ann: Caller, host: Caller, key: LogKey
) -> None:
    o = post(ann, key)
    other = room(host)
    mine = room(ann)
    make(mod, key, ann, "ban", site=True)
    still: list[tuple[str, dict[str, Any]]] = [
        ("message.post", {"room": mine, "text": "x"}),
        ("message.edit", {"room": key, "o": o, "text": "x"}),
        ("message.delete", {"room": key, "o": o}),
        ("room.join", {"room": other}),
        ("room.create", {"name": "Refuge", "topic": "", "public": True}),
        ("room.change", {"room": mine, "name": "x", "topic": "", "public": True}),
        ("room.leave", {"room": key}),
        ("invite.create", {"room": mine, "expires_ms": None, "uses": None}),
        ("match.create", {"room": key, "game": "four"}),
        ("direct.open", {"users": [host.id]}),
        ("read.mark", {"room": key, "o": 1}),
        ("profile.change", {"name": "Banned", "face": "", "colour": 0}),
    ]
    for method, params in still:
        assert refused(ann, method, **params).type == "banned", method
    for method, params in [("history.page", {"after": 0}), ("member.list", {}), ("sanction.list", {})]:
        with pytest.raises(RealtimeError, match="banned"):
            ask(ann, method, room=key, **params)


def test_nobody_is_seated_who_was_banned_from_the_site_while_in_line(
    mod: Caller, ann: Caller, bo: Caller, host: Caller, key: LogKey
) -> None:
    from tests.game.play import begun, table

    o = begun(bo, host, key)
    act(ann, "seat.wait", room=key, match=o, waiting=True)
    make(mod, key, ann, "ban", site=True)
    act(host, "match.resign", room=key, match=o)
    next_one = act(bo, "match.rematch", room=key, match=o)["o"]
    assert table(bo, key, next_one)["seats"] == [{"user": bo.id}, None]


# Around a mute, a warning, a slow room


# More rank than one has


def may_read_or_none(caller: Caller, key: LogKey) -> Any:
    return may_read(caller, key)


# What comes back


# Bad input


LONG = "x" * 501


def write_or_invalid(host: Caller, key: LogKey, user: Caller, lasts: int) -> list[Any]:
    import msgspec

    try:
        asked = call(host, "sanction.make", room=key, user=user.id, kind="ban", duration_ms=lasts)
    except msgspec.ValidationError as error:
        return [error]
    return write([asked])


def test_two_windows_appeal_once(host: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "ban")
    user = User.objects.get(pk=ann.pk)
    appeal_make(user=user, key=key, sanction=sanction, text="please")
    with pytest.raises(RealtimeError, match="already_done"):
        appeal_make(user=user, key=key, sanction=sanction, text="please!")
    assert Event.objects.filter(kind="sanction.appealed").count() == 1


def test_who_asked_for_a_look_is_in_no_frame_but_the_hosts(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from realtime.log import entry_of

    o = post(bo, key)
    act(ann, "report.create", room=key, o=o, rule="spam")
    entry = entry_of(last_event(key), key)
    labels = may_read(bo, key)
    assert labels is not None
    assert not entry.readable_by(labels)
    assert ann.id not in entry.withheld()
    assert "report.made" not in entry.withheld()


def test_a_second_browser_of_a_banned_guest_is_not_held_after_the_lifting(
    host: Caller, ann: Caller, key: LogKey
) -> None:
    User.objects.filter(pk=ann.pk).update(device="d" * 64)
    lift(host, key, make(host, key, ann, "ban"))
    assert not Hold.objects.exists()
