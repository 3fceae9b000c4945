"""Tests of who may connect: origins as for Django forms, tokens of a login session, and users from the database."""

import contextlib
from typing import Any
from unittest.mock import AsyncMock

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from accounts.models import User
from accounts.services.people import guest_create
from realtime import security
from realtime.security import DefaultPorts, OriginCheck, login_of, origin_verified, token_fits, token_make, user_of
from tests.client.in_process import login_session


def scope(*origins: str, host: str = "chat.example", scheme: str = "ws", **headers: str) -> dict[str, Any]:
    pairs = [(b"host", host.encode()), *((b"origin", origin.encode("latin-1")) for origin in origins)]
    pairs += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "websocket", "path": "/ws/", "headers": pairs, "scheme": scheme, "server": ("10.0.0.1", 8000)}


@pytest.fixture(autouse=True)
def hosts(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "_csrf", CsrfViewMiddleware(lambda _: HttpResponse()))  # it keeps origins
    settings.ALLOWED_HOSTS = ["chat.example", "localhost", "[::1]"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.friends.example", "https://one.example:8443"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_django_still_has_the_rule_that_is_used() -> None:
    assert callable(getattr(CsrfViewMiddleware, "_origin_verified", None))


@pytest.mark.parametrize(
    "allowed",
    [
        scope("http://chat.example"),
        scope("http://localhost:8000", host="localhost:8000"),
        scope("http://[::1]:8000", host="[::1]:8000"),
        scope("https://chat.example", x_forwarded_proto="https"),
        scope("https://a.friends.example"),
        scope("https://one.example:8443"),
        scope("http://chat.example", host="chat.example:80"),
        scope("http://chat.example:80"),
        scope("https://chat.example", host="chat.example:443", x_forwarded_proto="https"),
        scope("https://chat.example:443", scheme="wss"),
        scope("http://[::1]", host="[::1]:80"),
    ],
)
def test_own_and_trusted_origins_may_connect(allowed: dict[str, Any]) -> None:
    assert origin_verified(seen_by_the_application(allowed))


def seen_by_the_application(scope: dict[str, Any]) -> dict[str, Any]:
    """Return the scope as `DefaultPorts` passes it on."""
    seen: list[dict[str, Any]] = []

    async def application(scope: dict[str, Any], *_: Any) -> None:
        seen.append(scope)

    with contextlib.suppress(StopIteration):
        DefaultPorts(application)(scope, AsyncMock(), AsyncMock()).send(None)
    return seen[0]


@pytest.mark.parametrize("given", [scope("http://chat.example"), {"type": "lifespan"}])
def test_scope_without_a_default_port_is_handed_on_as_it_is(given: dict[str, Any]) -> None:
    assert seen_by_the_application(given) is given


def test_header_with_an_underscore_is_not_the_one_that_a_proxy_sets() -> None:
    forged = scope("https://chat.example", x_forwarded_proto="http")
    forged["headers"].append((b"x_forwarded_proto", b"https"))
    assert not origin_verified(forged)


@pytest.mark.parametrize(
    "foreign",
    [
        scope(),
        scope("null"),
        scope(""),
        scope("file://"),
        scope("https://chat.example"),
        scope("http://chat.example:81"),
        scope("http://chat.example.evil.example"),
        scope("http://evilchat.example"),
        scope("http://chat.example@evil.example"),
        scope("http://evil.example"),
        scope("http://evil.example", host="evil.example"),
        scope("http://localhost:6666", host="localhost:8000"),
        scope("http://chat.example", host="chat.example:443"),
        scope("https://chat.example", host="chat.example:80", x_forwarded_proto="https"),
        scope("http://chat.example:443"),
        scope("http://one.example:8443"),
        scope("http://[bad"),
        scope("http://chat.example", "http://chat.example"),
        scope("http://chat.example", "http://evil.example"),
        scope("http://chat.example\xe9"),
    ],
)
def test_foreign_missing_and_doubled_origins_stay_out(foreign: dict[str, Any]) -> None:
    assert not origin_verified(seen_by_the_application(foreign))


@pytest.mark.asyncio
async def test_refused_origin_is_logged_and_never_reaches_the_application(caplog: pytest.LogCaptureFixture) -> None:
    reached, sent = [], []

    async def application(*_: Any) -> None:
        reached.append(1)

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await OriginCheck(application)(scope("http://evil.example\r\nx"), receive, send)
    assert (reached, sent) == ([], [{"type": "websocket.close"}])
    assert "evil.example" in caplog.text
    assert len(caplog.records) == 1
    assert "\r\nx" not in caplog.records[0].getMessage()


def test_token_fits_its_login_session_for_a_day() -> None:
    with time_machine.travel("2026-11-22", tick=False) as clock:
        token = token_make("session-a")
        assert token_fits(token, "session-a")
        assert not token_fits(token, "session-b")
        assert not token_fits(token[:-1] + "x", "session-a")
        assert not token_fits("", "session-a")
        assert "session-a" not in token
        clock.shift(24 * 3600 + 1)
        assert not token_fits(token, "session-a")


def test_rotated_secret_key_still_counts(settings: Any) -> None:
    old, token = settings.SECRET_KEY, token_make("a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
    assert token_fits(token, "a")


@pytest.fixture
def mei(db: None) -> User:
    return guest_create(name="Mei", face="", colour=0, device="", now=1)


def test_login_session_leads_to_its_user_in_two_queries(mei: User, django_assert_num_queries: Any) -> None:
    key = login_session(mei)
    with django_assert_num_queries(2):
        assert user_of(key) == mei


def test_changed_password_ends_the_login_session_and_the_row_stays(mei: User) -> None:
    key = login_session(mei)
    mei.set_password("correct horse")
    mei.save()
    assert user_of(key) is None
    assert Session.objects.count() == 1


def test_rotated_secret_key_ends_no_login_session(mei: User, settings: Any) -> None:
    key, old = login_session(mei), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
    assert user_of(key) == mei


@pytest.mark.parametrize("key", ["", "unknown", "x" * 500])
def test_unknown_session_is_nobody(db: None, key: str) -> None:
    assert user_of(key) is None


def test_name_of_a_login_session_does_not_open_it() -> None:
    assert login_of("secret") != "secret"
    assert len(login_of("secret")) == 16
