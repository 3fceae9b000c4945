"""Tests of a match whose server process is killed."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import pytest

from tests.chaos.servers import postgres_site
from tests.client import BlockingClient, Ended


def table(player: BlockingClient, match: int) -> dict[str, Any]:
    found: dict[str, Any] = player.request("match.read", room=player.lounge, match=match)["table"]
    return found


@pytest.mark.postgresql
def test_second_process_plays_on_when_the_first_is_killed(postgres_url: str, redis_url: str) -> None:
    with postgres_site(postgres_url, redis_url) as site:
        asyncio.run(site.start())
        doomed, other = (f"http://127.0.0.1:{server.port}" for server in site.servers)
        ann, bo = BlockingClient(doomed, "Ann"), BlockingClient(other, "Bo")
        match = ann.act("match.create", room=ann.lounge, game="four", bot=None)["o"]
        bo.act("seat.take", room=bo.lounge, match=match, seat=1)
        made = {"room": ann.lounge, "match": match, "version": table(bo, match)["version"], "move": 3}
        ann.act("move.play", **made)

        before = table(bo, match)
        bo.act("move.play", **made | {"version": before["version"], "move": 3})
        unanswered = made | {"version": table(bo, match)["version"], "cid": secrets.token_urlsafe(16)}
        ann.ask("move.play", **unanswered)
        site.servers[0].kill()
        with suppress(Ended):
            ann.leave()
        ann.connect(other)
        stored = ann.request("move.play", **unanswered)
        assert ann.request("move.play", **unanswered) == stored

        now = table(ann, match)
        assert (now["version"], now["last"], now["turn"]) == (stored["o"], stored["o"], 1)
        assert now["view"]["columns"][3] == [0, 1, 0]
        bo.act("move.play", **made | {"version": now["version"], "move": 0})
        assert table(ann, match)["turn"] == 0
        for player in (ann, bo):
            player.leave()
        assert site.tracebacks() == 0, site.logs()
