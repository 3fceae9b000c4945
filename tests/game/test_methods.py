"""Matches over the wire: through the real application, as browsers' tabs would."""

import asyncio
from typing import Any

import pytest
from django.apps import apps

from game.services import tables
from realtime.log import now_ms
from tests.client import Client, ErrorResponse, cid
from tests.people import Tab

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def begun(first: Client, second: Client) -> tuple[str, int]:
    """Create a room and a match of both people, and return them."""
    room = (await first.request("room.create", cid=cid(), name="Table", topic="", public=True))["room"]
    await second.request("room.join", room=room, cid=cid())
    for one in (first, second):
        await one.request("room.open", room=room, position=None)
    match = (await first.request("match.create", room=room, cid=cid(), game="four", bot=None))["o"]
    await second.request("seat.take", room=room, cid=cid(), match=match, seat=1)
    return room, match


async def move(client: Client, room: str, match: int, version: int, column: Any) -> int:
    asked = {"room": room, "cid": cid(), "match": match, "version": version, "move": column}
    return int((await client.request("move.play", **asked))["o"])


async def table(client: Client, room: str, match: int) -> dict[str, Any]:
    found: dict[str, Any] = (await client.request("match.read", room=room, match=match))["table"]
    return found


async def test_two_play_to_the_end_and_both_see_each_move(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    room, match = await begun(ann, bo)
    version = (await table(ann, room, match))["version"]
    for turn, column in enumerate([0, 1, 0, 1, 0, 1, 0]):
        mover, other = (bo, ann) if turn % 2 else (ann, bo)
        version = await move(mover, room, match, version, column)
        seen = await other.event(room, version)
        assert (seen["kind"], seen["data"]["move"]) == ("match.moved", column)
    assert seen["data"]["table"]["result"] == {"winner": 0, "reason": "line"}
    assert seen["data"]["table"] == await table(bo, room, match)


async def test_refused_move_brings_the_table_along(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    room, match = await begun(ann, bo)
    with pytest.raises(ErrorResponse) as refused:
        await move(ann, room, match, match, 0)
    assert (refused.value.code, refused.value.type) == (409, "stale")
    assert refused.value.data["table"] == await table(ann, room, match)


async def test_seat_wanted_by_a_hundred_people_has_one_player(tab: Tab) -> None:
    ann = await tab("Ann")
    crowd = [await tab(f"Bo {n}") for n in range(10)]
    room = (await ann.request("room.create", cid=cid(), name="Table", topic="", public=True))["room"]
    match = (await ann.request("match.create", room=room, cid=cid(), game="four", bot=None))["o"]
    for one in crowd:
        await one.request("room.join", room=room, cid=cid())

    async def sit(one: Client) -> str:
        try:
            await one.request("seat.take", room=room, cid=cid(), match=match, seat=1)
        except ErrorResponse as refused:
            return str(refused.type)
        return "sits"

    async def sit_ten_times(one: Client) -> list[str]:
        return [await sit(one) for _ in range(10)]

    answers = [answer for each in await asyncio.gather(*map(sit_ten_times, crowd)) for answer in each]
    assert sorted(set(answers)) == ["begun", "sits"]
    assert answers.count("sits") == 1


async def test_hover_is_sent_to_the_room_and_not_outside(tab: Tab) -> None:
    ann, bo, out = await tab("Ann"), await tab("Bo"), await tab("Out")
    room, match = await begun(ann, bo)
    await ann.notify("move.hover", room=room, match=match, column=3)
    seen = await bo.notification("room.signal", kind="hover")
    assert (seen["key"], seen["value"]) == (ann.user, {"match": match, "column": 3})
    assert (await out.error("move.hover", room=room, match=match, column=3)).code == 404
    await out.request("room.open", room=room, position=None)
    assert (await out.error("move.hover", room=room, match=match, column=3)).code == 403


async def test_present_player_is_not_absent(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    room, match = await begun(ann, bo)
    refused = await ann.error("match.claim", room=room, cid=cid(), match=match)
    assert (refused.code, refused.type, refused.data["retry_after_ms"]) == (409, "not_absent", 30_000)


async def test_claim_calls_a_player_who_has_been_away_for_half_a_minute(
    tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realtime.process import Process

    ann, bo = await tab("Ann"), await tab("Bo")
    room, match = await begun(ann, bo)
    await bo.wire.close()
    await ann.notification("room.signal", kind="presence", key=bo.user, value=None)
    early = await ann.error("match.claim", room=room, cid=cid(), match=match)
    assert early.type == "not_absent"
    process = Process.running[asyncio.get_running_loop()]
    now = process.now
    process.now = lambda: now() + 31
    monkeypatch.setattr("realtime.log.writing.now_ms", lambda: now_ms() + 31_000)
    await ann.request("match.claim", room=room, cid=cid(), match=match)
    assert (await table(ann, room, match))["claim"]["seat"] == 1
    bo_again = await tab("Bo")
    await bo_again.request("match.present", room=room, cid=cid(), match=match)
    assert (await table(ann, room, match))["claim"] is None


async def test_bot_answers_in_the_running_server(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    bots: Any = apps.get_app_config("game").bots  # type: ignore[attr-defined]
    monkeypatch.setattr(tables, "_bot_turns", [bots.turn])
    ann = await tab("Ann")
    room = (await ann.request("room.create", cid=cid(), name="Alone", topic="", public=True))["room"]
    await ann.request("room.open", room=room, position=None)
    match = (await ann.request("match.create", room=room, cid=cid(), game="four", bot="easy"))["o"]
    version = await move(ann, room, match, match, 3)
    answer = await ann.event(room, version + 1)
    assert (answer["kind"], answer["by"], answer["data"]["seat"]) == ("match.moved", None, 1)


@pytest.mark.parametrize(
    "params",
    [
        {"game": 4, "bot": None},
        {"game": "x" * 21, "bot": None},
        {"game": "four", "bot": "godlike"},
        {"bot": None},
    ],
)
async def test_params_of_another_shape_are_refused(tab: Tab, params: dict[str, Any]) -> None:
    ann = await tab("Ann")
    refused = await ann.error("match.create", room="x" * 16, cid=cid(), **params)
    assert refused.code == -32602
