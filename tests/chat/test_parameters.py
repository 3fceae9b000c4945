"""Tests that every value in a form, a cookie or a request is accepted or refused, and breaks nothing."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client as Browser

from tests.client import Client, ErrorResponse, cid
from tests.people import Tab

pytestmark = pytest.mark.attack

NASTY = [
    "\0", "a\0b", "", "x" * 30_000, "\uffff", "\u202e\u200b", "\u2028", "ﷺ" * 60, "ΐ" * 60, "a" + "\u0301" * 59, "%s%n",
    "{{7*7}}", "<script>", "'; --", "\x1b[31m", "\r\nx",
]  # fmt: skip
NUMBERS: list[Any] = [-1, 0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**63, 10**40, 1.5, True, None, "1", [], {}]
WHOLE: dict[str, dict[str, Any]] = {
    "people.read": {"ids": ["abcdefghijkl"]},
    "profile.change": {"name": "Name", "face": "", "colour": 1},
    "room.create": {"name": "Room", "topic": "", "public": True},
    "room.change": {"name": "Room", "topic": "", "public": True},
    "invite.create": {"expires_ms": 1, "uses": 1},
    "invite.revoke": {"invite": "abcdefghijkl"},
    "member.role": {"user": "abcdefghijkl", "role": "host"},
    "member.remove": {"user": "abcdefghijkl"},
    "history.page": {"after": 0},
    "message.post": {"text": "hello"},
    "message.edit": {"o": 1, "text": "hello"},
    "message.delete": {"o": 1},
    "message.restore": {"o": 1},
    "read.mark": {"o": 1},
    "typing.set": {"typing": True},
    "room.open": {"position": {"o": 0, "t": 0}},
}


async def code(client: Client, method: str, params: dict[str, Any]) -> int:
    """0 where it was done."""
    try:
        await client.request(method, **params)
    except ErrorResponse as refused:
        return int(refused.code)
    return 0


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", WHOLE)
async def test_no_value_of_a_param_breaks_a_method(tab: Tab, method: str) -> None:
    from config.asgi import backend

    mei = await tab("Mei")
    key = (await mei.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
    durable = method in backend.methods and backend.methods[method].durable
    for field in [*WHOLE[method], "room", "cid"]:
        for value in [*NASTY, *NUMBERS, [*NASTY[:2]], {"o": 2**53 - 1, "t": 1}]:
            params = {"room": key, **({"cid": cid()} if durable else {}), **WHOLE[method], field: value}
            if method == "room.create":
                params.pop("room")
            assert await code(mei, method, params) < 500, (field, value)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["name", "face", "colour", "next", "invite"])
def test_no_value_of_a_form_field_breaks_the_entrance(field: str) -> None:
    for value in NASTY:
        given = {"name": "Mei", "face": "", "colour": "1", "next": "", "invite": "", field: value}
        kind = "application/x-www-form-urlencoded"
        page = Browser(raise_request_exception=False).post("/enter/", urlencode(given), content_type=kind)
        assert page.status_code < 500, repr(value[:20])


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/realtime/token"])
@pytest.mark.parametrize("name", [settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME, settings.CSRF_COOKIE_NAME])
def test_cookie_with_nul_breaks_no_page(name: str, path: str) -> None:
    header = f'{name}="\\000\\000\\000\\000\\000\\000\\000\\000"'
    page = Browser(raise_request_exception=False).get(path, headers={"cookie": header})
    assert page.status_code < 500


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "text",
    [
        '{"jsonrpc":"2.0","id":1,"method":"room.list","params":{"a":NaN}}',
        "[" * 20_000,
        '{"a":"\\ud800"}',
        '{"a":' * 9000,
    ],
)
async def test_invalid_json_is_answered_and_connection_stays(tab: Tab, text: str) -> None:
    mei = await tab("Mei")
    await mei.send(text)
    assert await mei.request("session.ping") == {}


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_number_of_thirty_thousand_digits_is_refused(tab: Tab) -> None:
    mei = await tab("Mei")
    digits = "9" * 30_000
    params = f'{{"room":"x","after":{digits}}}'
    await mei.send(f'{{"jsonrpc":"2.0","id":"big","method":"history.page","params":{params}}}')
    with pytest.raises(ErrorResponse):
        await mei.response("big")
    assert await mei.request("session.ping") == {}
