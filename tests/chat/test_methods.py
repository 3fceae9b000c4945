"""Chat over the wire: through the real application, as a browser's tab would."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.services.people import guest_create
from chat.parsing import parse
from config.asgi import backend
from realtime.log import now_ms
from realtime.models import Event
from tests.client import Client, ErrorResponse, cid
from tests.client.in_process import ChannelsWire, login

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


class Talker(Client):
    """A tab that knows whose it is."""

    me = ""


Tab = Callable[[str], Awaitable[Talker]]
NOWHERE = "NowhereNowhere16"
MARKER = "xyzzy-5520"


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Bad input is answered, not logged as an error."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest_asyncio.fixture
async def tab(application: Any) -> AsyncIterator[Tab]:
    """Open an authenticated tab of the guest of this name; the same name gives the same guest."""
    opened: list[Talker] = []
    people: dict[str, User] = {}

    @sync_to_async
    def person(name: str) -> User:
        if name not in people:
            people[name] = guest_create(name=name, face="", colour=0, device="", now=now_ms())
        return people[name]

    async def open_tab(name: str) -> Talker:
        wire = ChannelsWire(application, await login(await person(name)))
        assert await wire.connect()
        client = Talker(wire)
        opened.append(client)
        client.me = (await client.hello())["user"]["id"]
        return client

    yield open_tab
    for client in opened:
        await client.wire.close()


async def made(host: Client, *, public: bool = True) -> str:
    """Return a room of this host, opened."""
    stored = await host.request("room.create", cid=cid(), name=f"Room {cid()}", topic="", public=public)
    await look(host, stored["room"])
    return str(stored["room"])


async def look(client: Client, room: str) -> Any:
    return await client.request("room.open", room=room, position=None)


async def join(client: Client, room: str) -> None:
    await client.request("room.join", room=room, cid=cid())
    await look(client, room)


async def say(client: Client, room: str, text: str = "hello") -> int:
    return int((await client.request("message.post", room=room, cid=cid(), text=text))["o"])


async def error(client: Client, method: str, **params: Any) -> tuple[int, str]:
    """Code and type; the connection is usable afterwards."""
    refused: ErrorResponse = await client.error(method, **params)
    assert await client.request("people.read", ids=[]) == {"people": {}}
    return refused.code, refused.type


async def test_two_talk_edit_and_remove_and_both_see_it(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    o = await say(ana, room, "hello *Ben*")
    posted = await ben.event(room, o)
    assert posted["data"] == {"kind": "text", "text": "hello *Ben*", "html": "<p>hello <em>Ben</em></p>"}
    edited = (await ana.request("message.edit", room=room, cid=cid(), o=o, text="hello"))["o"]
    line = (await ben.event(room, edited))["data"]["line"]
    assert (line["o"], line["data"], line["touched"]) == (o, {"text": "hello"}, edited)
    removed = (await ana.request("message.delete", room=room, cid=cid(), o=o))["o"]
    assert (await ben.event(room, removed))["data"]["o"] == o
    restored = (await ana.request("message.restore", room=room, cid=cid(), o=o))["o"]
    assert (await ben.event(room, restored))["data"]["line"]["data"] == {"text": "hello"}


async def test_two_react_and_both_see_it_live_and_in_pages(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    o = await say(ana, room)
    asked = {"room": room, "cid": cid(), "o": o, "emoji": "👍", "on": True}
    first = await ben.request("reaction.set", **asked)
    event = await ana.event(room, first["o"])
    assert (event["kind"], event["by"], event["data"]) == (
        "message.reacted",
        ben.me,
        {"o": o, "emoji": "👍", "on": True},
    )
    assert await ben.request("reaction.set", **asked) == first
    last = await ana.request("reaction.set", room=room, cid=cid(), o=o, emoji="👍", on=True)
    await ben.event(room, last["o"])
    page = await ben.request("history.page", room=room, before=10**9)
    assert page["lines"][-1]["reactions"] == [["👍", [ben.me, ana.me]]]
    assert (await look(ben, room))["snapshot"]["lines"] == page["lines"]


async def test_text_is_in_no_frame_and_no_page_after_deletion(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    o = await say(ana, room, MARKER)
    await ana.request("message.edit", room=room, cid=cid(), o=o, text=f"{MARKER} again")
    await ana.request("message.delete", room=room, cid=cid(), o=o)
    first = await Event.objects.aget(log__key=room, offset=1)
    opening = await ben.request("room.open", room=room, position={"o": 1, "t": first.tag})
    await ben.event(room, opening["head"]["o"])
    await look(ben, room)
    await ben.request("history.page", room=room, before=10**9)
    assert [event["o"] for event in ben.events(room)] == [2, 3, 4]
    assert not [frame for frame in ben.frames if MARKER in frame]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (422, "empty")),
        (" \n ", (422, "empty")),
        ("x" * 10_001, (422, "too_long")),
        ("/nonsense", (422, "unknown_command")),
        ("a\x00b", (-32602, "invalid_params")),
        (7, (-32602, "invalid_params")),
        (None, (-32602, "invalid_params")),
    ],
)
async def test_invalid_text_is_answered_and_not_stored(tab: Tab, text: Any, expected: tuple[int, str]) -> None:
    ana = await tab("Ana")
    room = await made(ana)
    assert await error(ana, "message.post", room=room, cid=cid(), text=text) == expected
    o = await say(ana, room)
    if text != "/nonsense":  # an edit runs no command
        assert await error(ana, "message.edit", room=room, cid=cid(), o=o, text=text) == expected
    assert (await ana.event(room, o))["o"] == 2


async def test_lone_surrogate_is_invalid_json(tab: Tab) -> None:
    ana = await tab("Ana")
    room = await made(ana)
    await ana.send(r'{"jsonrpc":"2.0","id":9,"method":"message.post","params":{"text":"\ud800"}}')
    await ana.until(lambda: any('"code":-32700' in frame for frame in ana.frames))
    assert await say(ana, room) == 2


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("room.open", {"position": None}),
        ("room.join", {"cid": "12345678"}),
        ("room.leave", {"cid": "12345678"}),
        ("room.change", {"cid": "12345678", "name": "x", "topic": "", "public": True}),
        ("invite.create", {"cid": "12345678", "expires_ms": None, "uses": None}),
        ("invite.revoke", {"cid": "12345678", "invite": "x"}),
        ("member.list", {}),
        ("member.role", {"cid": "12345678", "user": "x", "role": "host"}),
        ("member.remove", {"cid": "12345678", "user": "x"}),
        ("history.page", {"before": 9}),
        ("message.post", {"cid": "12345678", "text": "x"}),
        ("message.edit", {"cid": "12345678", "o": 1, "text": "x"}),
        ("message.delete", {"cid": "12345678", "o": 1}),
        ("message.restore", {"cid": "12345678", "o": 1}),
        ("read.mark", {"o": 1}),
        ("typing.set", {"typing": True}),
    ],
)
async def test_hidden_room_and_absent_room_answer_alike(tab: Tab, method: str, more: dict[str, Any]) -> None:
    ana, eve = await tab("Ana"), await tab("Eve")
    hidden = await made(ana, public=False)
    errors = [await eve.error(method, room=room, **more) for room in (hidden, NOWHERE)]
    assert [refused.code for refused in errors] == [404, 404]
    assert errors[0].data == errors[1].data
    assert await say(ana, hidden) == 2


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("message.post", {"text": "x"}),
        ("message.edit", {"o": 2, "text": "x"}),
        ("message.delete", {"o": 2}),
        ("message.restore", {"o": 2}),
        ("room.leave", {}),
        ("room.change", {"name": "x", "topic": "", "public": True}),
        ("invite.create", {"expires_ms": None, "uses": None}),
    ],
)
async def test_methods_refuse_people_who_only_read(tab: Tab, method: str, more: dict[str, Any]) -> None:
    ana, eve = await tab("Ana"), await tab("Eve")
    room = await made(ana)
    await say(ana, room)
    await look(eve, room)
    assert await error(eve, method, room=room, cid=cid(), **more) == (403, "forbidden")
    assert await error(eve, "typing.set", room=room, typing=True) == (403, "forbidden")


async def test_edit_of_foreign_message_is_403_and_of_absent_message_404(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    o = await say(ana, room)
    assert await error(ben, "message.edit", room=room, cid=cid(), o=o, text="x") == (403, "forbidden")
    assert await error(ben, "message.delete", room=room, cid=cid(), o=o) == (403, "forbidden")
    assert await error(ben, "message.edit", room=room, cid=cid(), o=999, text="x") == (404, "not_found")


async def test_edit_of_deleted_message_is_409_and_retry_gets_stored_answer(tab: Tab) -> None:
    ana = await tab("Ana")
    room = await made(ana)
    o = await say(ana, room)
    edit = {"room": room, "cid": cid(), "o": o, "text": "x"}
    stored = await ana.request("message.edit", **edit)
    await ana.request("message.delete", room=room, cid=cid(), o=o)
    assert await ana.request("message.edit", **edit) == stored
    refused = await ana.error("message.edit", room=room, cid=cid(), o=o, text="y")
    assert (refused.code, refused.type, refused.data["line"]["removed"]["by"]) == (409, "removed", ana.me)


async def test_cid_sent_40_times_over_two_connections_is_one_event(tab: Tab) -> None:
    tabs = [await tab("Ana"), await tab("Ana")]
    room = await made(tabs[0])
    await look(tabs[1], room)
    one = cid()

    async def repeat(client: Client) -> list[Any]:
        answers = []
        for _ in range(4):  # at most 16 may wait, and the rate bounds the rest
            asked = [await client.ask("message.post", room=room, cid=one, text="once") for _ in range(5)]
            answers += [await client.response(request) for request in asked]
        return answers

    first, second = await asyncio.gather(*map(repeat, tabs))
    assert len(first + second) == 40
    assert first + second == [first[0]] * 40
    assert await Event.objects.filter(cid=one).acount() == 1


async def test_cid_used_for_another_request_is_422(tab: Tab) -> None:
    ana = await tab("Ana")
    room, other, one = await made(ana), await made(ana), cid()
    await ana.request("message.post", room=room, cid=one, text="x")
    assert await error(ana, "message.post", room=other, cid=one, text="x") == (422, "cid_reused")
    assert await error(ana, "message.delete", room=room, cid=one, o=2) == (422, "cid_reused")


async def test_cid_of_another_person_is_no_repeat(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room, one = await made(ana), cid()
    await join(ben, room)
    offsets = [(await client.request("message.post", room=room, cid=one, text="x"))["o"] for client in (ana, ben)]
    assert offsets[1] == offsets[0] + 1


@pytest.mark.parametrize("cid", ["", "short", "x" * 37, "with blank", "näh-----", None, 12345678, "12345678\n"])
async def test_cid_of_wrong_shape_is_refused(tab: Tab, cid: Any) -> None:
    ana = await tab("Ana")
    room = await made(ana)
    assert await error(ana, "message.post", room=room, cid=cid, text="x") == (-32602, "invalid_params")


async def test_removed_member_loses_the_room_at_once(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    await ana.request("room.change", room=room, cid=cid(), name="x", topic="", public=False)
    await ana.request("member.remove", room=room, cid=cid(), user=ben.me)
    left = await ben.notification("room.left", room=room)
    assert left["reason"] == "removed"
    await ben.notification("room.signal", room=room, kind="membership", value=None)
    o = await say(ana, room, MARKER)
    assert await error(ben, "history.page", room=room, before=9) == (404, "not_found")
    await ana.event(room, o)
    assert not [frame for frame in ben.frames if MARKER in frame]


async def test_room_that_becomes_private_closes_for_people_outside(tab: Tab) -> None:
    ana, ben, eve = await tab("Ana"), await tab("Ben"), await tab("Eve")
    room = await made(ana)
    await join(ben, room)
    await look(eve, room)
    await ana.request("room.change", room=room, cid=cid(), name="x", topic="", public=False)
    assert (await eve.notification("room.left", room=room))["reason"] == "private"
    o = await say(ana, room, MARKER)
    await ben.event(room, o)
    await eve.request("people.read", ids=[])
    assert not [frame for frame in eve.frames if MARKER in frame]


async def test_invite_is_withheld_from_other_members(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    o = (await ana.request("invite.create", room=room, cid=cid(), expires_ms=None, uses=1))["o"]
    code = (await ana.event(room, o))["data"]["code"]
    assert (await ben.event(room, o))["kind"] == "withheld"
    assert not [frame for frame in ben.frames if code in frame]


async def test_new_host_reads_events_for_hosts(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    await ana.request("member.role", room=room, cid=cid(), user=ben.me, role="host")

    async def sees_invites() -> bool:
        o = (await ana.request("invite.create", room=room, cid=cid(), expires_ms=None, uses=1))["o"]
        return bool((await ben.event(room, o))["kind"] == "invite.created")

    async with asyncio.timeout(10):  # the word goes through the site log
        while not await sees_invites():
            pass


async def test_all_tabs_follow_their_owner(tab: Tab) -> None:
    first, second, ben = await tab("Ana"), await tab("Ana"), await tab("Ben")
    room = await made(ben)
    await first.request("room.join", room=room, cid=cid())
    joined = await second.notification("room.signal", room=room, kind="membership")
    assert (joined["value"]["role"], joined["value"]["unread"], joined["value"]["head"]["o"]) == ("member", 0, 2)
    o = await say(ben, room)
    assert (await second.notification("room.signal", room=room, kind="count"))["value"]["o"] == o
    assert await first.request("read.mark", room=room, o=o) == {"o": o}
    assert (await second.notification("room.signal", room=room, kind="read"))["value"] == o
    await first.request("room.leave", room=room, cid=cid())
    await second.notification("room.signal", room=room, kind="membership", value=None)
    assert not [frame for frame in ben.frames if '"kind":"read"' in frame]


async def test_typing_is_seen_by_who_has_the_room_open(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    await ana.notify("typing.set", room=room, typing=True)
    assert (await ben.notification("room.signal", kind="typing"))["key"] == ana.me
    await ana.notify("typing.set", room=room, typing=False)
    await ben.notification("room.signal", kind="typing", value=None)


async def test_taken_name_is_409_and_new_name_is_seen_in_the_room(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    assert await error(ben, "profile.change", name="ANA", face="", colour=0) == (409, "name_taken")
    assert (await ben.request("profile.change", name="Benno", face="🦊", colour=4))["user"]["rev"] == 2
    await ana.until(lambda: any('"name":"Benno"' in frame and '"presence"' in frame for frame in ana.frames))


@pytest.mark.parametrize("given", [{}, {"before": 1, "after": 2}, {"before": "x"}, {"before": -1}, {"before": 2**60}])
async def test_history_page_takes_exactly_one_position(tab: Tab, given: dict[str, Any]) -> None:
    ana = await tab("Ana")
    room = await made(ana)
    assert await error(ana, "history.page", room=room, **given) == (-32602, "invalid_params")


async def test_room_list_says_who_is_present(tab: Tab) -> None:
    ana, eve = await tab("Ana"), await tab("Eve")
    room = await made(ana)
    listed = (await eve.request("room.list"))["rooms"]
    assert [(row["key"], row["members"], row["here"]) for row in listed] == [(room, 1, 1)]


async def test_count_tells_new_and_deleted_messages(tab: Tab) -> None:
    ana, ben = await tab("Ana"), await tab("Ben")
    room = await made(ana)
    await join(ben, room)
    await ben.request("room.close", room=room)
    counts: dict[str, list[Any]] = {"lines": [], "gone": [], "back": []}

    async def told(kind: str, wanted: list[Any]) -> None:
        while counts[kind] != wanted:
            value = (await ben.notification("room.signal", room=room, kind="count"))["value"]
            ben.notifications.clear()
            for each in counts:
                counts[each] += value.get(each, [])

    o = await say(ana, room)
    await told("lines", [[o, ana.me]])
    gone = (await ana.request("message.delete", room=room, cid=cid(), o=o))["o"]
    await told("gone", [[gone, o, ana.me]])
    back = (await ana.request("message.restore", room=room, cid=cid(), o=o))["o"]
    await told("back", [[back, o, ana.me]])


async def test_text_is_previewed_in_the_pool_and_on_the_budget_of_posts(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def noted(text: str) -> Any:
        threads.append(threading.current_thread().name)
        return parse(text)

    preview = backend.methods["text.preview"]
    monkeypatch.setitem(backend.methods, "text.preview", replace(preview, preprocess=("text", noted)))
    ann = await tab("Ann")
    assert await ann.request("text.preview", text="a *b*") == {"text": "a *b*", "html": "<p>a <em>b</em></p>"}
    long = "- **b**\n" * 40
    answer = await ann.request("text.preview", text=long)
    assert answer["html"].count("<strong>") == 40
    assert threads[0] == threading.main_thread().name
    assert threads[1].startswith("preprocess")
    assert (await ann.error("text.preview", text="/nosuch")).type == "unknown_command"
