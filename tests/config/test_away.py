"""Tests of pages while the database is down, and of the one log line for each of them and for bad input."""

import logging
from collections.abc import Iterator
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core.cache import caches
from django.db import InterfaceError, OperationalError
from django.test import AsyncClient, Client
from redis.exceptions import ConnectionError as RedisConnectionError

from config.cache import SharedCache
from config.logs import OneLine
from config.settings import _SHARED
from tests.accounts.people import PASSWORD, account, entered, log_in

PAGES = ("/", "/account/login/", "/realtime/token", "/i/abcdefghij", "/r/RoomOfTheTests16/", "/admin/", "/account/")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Return the records as the console handler gets them."""
    line = OneLine()
    caplog.handler.addFilter(line)
    yield caplog
    caplog.handler.removeFilter(line)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let every statement fail, as in a process whose database is down."""

    def fail(*given: Any, **named: Any) -> None:
        raise error

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", fail)


@pytest.fixture(
    params=[OperationalError("the database is\n\tlocked"), InterfaceError("closed")], ids=["late", "closed"]
)
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, request.param)


def member(**options: Any) -> Client:
    """Return a browser with a login cookie, so that every page asks the database."""
    client = Client(raise_request_exception=False, **options)
    client.cookies["parlor_login_8000"] = "a" * 32
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_page_answers_503_in_words_when_the_database_is_away(path: str, away: None) -> None:
    page = member().get(path)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Messages with a tick are saved" in page.content.decode()


@pytest.mark.django_db
def test_page_answers_503_in_the_language_of_the_reader(away: None) -> None:
    page = member().get("/", HTTP_ACCEPT_LANGUAGE="zh-CN")
    assert (page.status_code, "请稍候" in page.content.decode()) == (503, True)


@pytest.mark.django_db
def test_form_answers_503_when_the_database_is_away(away: None) -> None:
    assert member().post("/enter/", {"name": "Ana", "face": "🦦", "colour": "3", "next": "/"}).status_code == 503


@pytest.mark.django_db
def test_page_answers_503_when_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, RedisConnectionError("refused"))
    assert member().get("/").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error", [SMTPServerDisconnected("gone"), ConnectionRefusedError(111, "refused"), TimeoutError()]
)
def test_reset_answers_503_when_the_mail_server_is_away(
    error: Exception, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any) -> None:
        raise error

    settings.EMAIL_URL = "smtp://mail.example"
    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", fail)
    page = Client(raise_request_exception=False).post("/account/reset/", {"email": "ana@example.org"})
    assert page.status_code == 503


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_page_under_asgi_answers_503_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django under ASGI sees the reason in another thread."""
    failing(monkeypatch, OperationalError("away"))
    assert (await AsyncClient(raise_request_exception=False).get("/")).status_code == 503


@pytest.mark.django_db
def test_log_has_one_line_when_the_database_is_away(away: None, log: pytest.LogCaptureFixture) -> None:
    member().get("/")
    [record] = [record for record in log.records if record.name.startswith("django")]
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert record.getMessage() in ("Service Unavailable: /: the database is locked", "Service Unavailable: /: closed")


def test_log_has_one_short_line_for_a_foreign_host(log: pytest.LogCaptureFixture) -> None:
    page = Client(raise_request_exception=False).get("/", HTTP_HOST="evil.example" + "x" * 9000)
    assert page.status_code == 400
    [record] = log.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert len(record.getMessage()) <= 300


def test_log_keeps_the_traceback_of_a_bug(log: pytest.LogCaptureFixture) -> None:
    try:
        raise RuntimeError("a bug")
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error: /", extra={"status_code": 500})
    [record] = log.records
    assert (record.levelno, bool(record.exc_info)) == (logging.ERROR, True)


@pytest.fixture
def no_redis(settings: Any) -> Iterator[None]:
    """Set the cache as with a REDIS_URL at which nobody listens."""
    settings.CACHES = {"default": {**_SHARED, "LOCATION": "redis://127.0.0.1:1"}}
    yield
    SharedCache.asked_again_at = 0.0
    caches["default"].local.clear()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_people_log_in_and_keep_their_names_while_redis_is_away(no_redis: None, client: Client) -> None:
    account("Ana")
    assert log_in(client, "Ana", "wrong").status_code == 422
    assert log_in(client, "Ana").status_code == 302
    form = {"password": PASSWORD, "email": ""}
    assert entered("Gus").post("/account/keep/", form).status_code == 302
    assert Client().post("/account/signup/", {"name": "Bea", **form}).status_code == 302


@pytest.mark.django_db
def test_tries_are_counted_while_redis_is_away(no_redis: None, client: Client) -> None:
    account("Ana")
    assert [log_in(client, "Ana", "wrong").status_code for _ in range(6)] == [422] * 5 + [429]
