"""Pinned messages: who pins, what is listed, and that nothing leaks or gets lost by it."""

import pytest

from chat.models import Membership, Message
from chat.plugin import NewMessage
from chat.services.messages import message_append
from chat.services.pins import PINS
from chat.text import Text
from moderation.models import Audit
from realtime.errors import RealtimeError
from realtime.log import batch, now_ms
from realtime.types import Caller, LogKey
from tests.actions import act, ask, data_of, guest, last_event, line, message, post, room
from tests.queries import queries

pytestmark = pytest.mark.django_db


def pin(caller: Caller, key: LogKey, o: int, pinned: bool = True, t: int | None = None) -> None:
    act(caller, "message.pin", room=key, o=o, pinned=pinned, t=t)


def pins(caller: Caller, key: LogKey) -> list[int]:
    return [each["o"] for each in ask(caller, "pins.read", room=key)["lines"]]


def refused(caller: Caller, key: LogKey, o: int, t: int | None = None) -> RealtimeError:
    with pytest.raises(RealtimeError) as error:
        pin(caller, key, o, t=t)
    return error.value


def test_pin_is_an_event_a_mark_and_an_entry_of_the_list(ana: Caller, ben: Caller, key: LogKey) -> None:
    first, second = post(ben, key, "one"), post(ana, key, "two")
    pin(ana, key, first)
    event = last_event(key)
    assert (event.kind, data_of(event)) == ("message.pinned", {"o": first, "at": event.at})
    assert line(ben, key, first)["pinned"] == event.at
    assert line(ben, key, first)["touched"] == first
    pin(ana, key, second)
    Message.objects.filter(log__key=key, offset=first).update(pinned_at=1)
    assert pins(ben, key) == [second, first]
    found = ask(ben, "pins.read", room=key)
    assert set(found["people"]) == {ana.id, ben.id}
    assert found["more"] is False


def test_muted_host_pins_nothing(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    Membership.objects.filter(user=ana.pk).update(muted_until=now_ms() + 60_000)
    assert refused(ana, key, o).type == "muted"


def test_unpinned_message_leaves_the_list(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    pin(ana, key, o)
    pin(ana, key, o, pinned=False)
    assert data_of(last_event(key)) == {"o": o, "at": None}
    assert "pinned" not in line(ana, key, o)
    assert pins(ana, key) == []


def test_pin_that_is_already_there_keeps_its_time_and_writes_no_second_audit_entry(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    pin(ana, key, o)
    at = line(ana, key, o)["pinned"]
    pin(ana, key, o)
    assert data_of(last_event(key))["at"] == at
    pin(ana, key, o, pinned=False)
    pin(ana, key, o, pinned=False)
    entries = Audit.objects.filter(act="message.pin").order_by("pk").values_list("detail", flat=True)
    assert list(entries) == ['{"on":true}', '{"on":false}']


def test_hosts_pin_and_members_do_not(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    assert refused(ben, key, o).code == 403
    assert refused(guest(), key, o).code == 403
    private = room(ana, public=False)
    assert refused(ben, private, post(ana, private)).code == 404
    with pytest.raises(RealtimeError, match="not_found"):
        ask(ben, "pins.read", room=private)


def test_member_of_a_direct_room_pins(ana: Caller, ben: Caller, key: LogKey) -> None:
    direct = LogKey(act(ana, "direct.open", users=[ben.id])["room"])
    act(ben, "direct.answer", room=direct, accept=True)
    o = post(ana, direct)
    pin(ben, direct, o)
    assert pins(ana, direct) == [o]
    assert not Audit.objects.filter(act="message.pin").exists()


def test_message_that_is_not_there_is_not_pinned(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    assert refused(ana, key, 10**6).code == 404
    assert refused(ana, key, 1).type == "forbidden"
    assert refused(ana, key, o, t=(message(key, o).tag or 0) + 1).type == "replaced"
    act(ana, "message.delete", room=key, o=o)
    assert refused(ana, key, o).type == "removed"


def test_deleted_message_leaves_the_list_and_comes_back_with_its_pin(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    pin(ana, key, o)
    act(ana, "message.edit", room=key, o=o, text="better")
    assert data_of(last_event(key))["line"]["pinned"]
    act(ana, "message.delete", room=key, o=o)
    assert pins(ana, key) == []
    assert "pinned" not in line(ana, key, o)
    act(ana, "message.restore", room=key, o=o)
    assert pins(ana, key) == [o]


def test_room_has_at_most_fifty_pins(ana: Caller, key: LogKey) -> None:
    offsets = [post(ana, key, str(n)) for n in range(PINS + 1)]
    for o in offsets[:PINS]:
        pin(ana, key, o)
    error = refused(ana, key, offsets[PINS])
    assert (error.code, error.type, error.more["most"]) == (409, "too_many_pins", PINS)
    pin(ana, key, offsets[0], pinned=False)
    pin(ana, key, offsets[PINS])
    assert len(pins(ana, key)) == PINS


@pytest.mark.attack
def test_pin_of_a_whisper_is_for_its_audience(ana: Caller, ben: Caller, key: LogKey) -> None:
    with batch([key]) as staged:
        o = message_append(staged, room=key, message=NewMessage(Text("hush"), audience=frozenset({"host"}))).o
    pin(ana, key, o)
    assert last_event(key).audience == message(key, o).audience
    assert (pins(ana, key), pins(ben, key)) == ([o], [])


def test_list_of_pins_takes_two_queries(ana: Caller, key: LogKey) -> None:
    pin(ana, key, post(ana, key))
    with queries() as sql:
        ask(ana, "pins.read", room=key)
    assert len(sql) == 2
