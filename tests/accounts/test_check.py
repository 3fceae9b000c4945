"""The answer to a page that gets no WebSocket."""

import pytest
from django.test import AsyncClient

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("origin", "fits"),
    [("http://testserver", True), ("https://testserver", False), ("http://evil.example", False), ("null", False)],
)
async def test_check_says_whether_a_websocket_from_this_origin_would_be_let_in(origin: str, fits: bool) -> None:
    answer = await AsyncClient().post("/realtime/check", headers={"Origin": origin})
    assert answer.json() == {"origin": fits}
    assert "no-store" in answer["Cache-Control"]


async def test_check_needs_an_origin() -> None:
    assert (await AsyncClient().post("/realtime/check")).json() == {"origin": False}
    assert (await AsyncClient().get("/realtime/check")).status_code == 405
