"""Connections end, or are asked about again, also where no service made the change: `changepassword`, a shell, SQL."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from accounts.models import LoginSession, User
from accounts.sessions import stored
from realtime.hub import logins
from realtime.process import Process
from tests.accounts.people import PASSWORD, account, entered, logged_in
from tests.accounts.test_connections import LOGIN_ENDED, lives, post, tab
from tests.queries import queries

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
TOKEN = 4001
BANNED = 4503


def users(**facts: Any) -> Callable[[], Any]:
    return lambda: User.objects.update(**facts)


def process() -> Process:
    return Process.running[asyncio.get_running_loop()]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (users(password=make_password("another one", hasher="md5")), LOGIN_ENDED),
        (users(is_active=False), BANNED),
        (users(banned_until=2**53 - 1), BANNED),
        (lambda: Session.objects.all().delete(), LOGIN_ENDED),
        (lambda: Session.objects.update(expire_date="2020-01-01T00:00:00Z"), LOGIN_ENDED),
    ],
    ids=["password", "inactive", "banned", "session deleted", "session expired"],
)
@pytest.mark.parametrize("come", ["guest", "account"])
async def test_change_by_sql_ends_the_connection(
    application: Any, change: Callable[[], Any], code: int, come: str
) -> None:
    if come == "account":
        await sync_to_async(account)()
    browser = await sync_to_async(logged_in if come == "account" else entered)("Ana")
    line = await tab(application, browser)
    await process().check_logins()
    assert await lives(line)
    await sync_to_async(change)()
    await process().check_logins()
    assert (await line.bye()).code == code


async def test_connection_is_asked_about_again_when_a_rank_was_changed(application: Any) -> None:
    await sync_to_async(account)(is_moderator=True)
    line = await tab(application, await sync_to_async(logged_in)())
    before = process().hub.subscriptions.revocations
    await User.objects.aupdate(is_moderator=False)
    for _ in range(3):
        await process().check_logins()
    assert process().hub.subscriptions.revocations == before + 1  # once a change
    assert await lives(line)


async def test_check_makes_two_queries_for_all_connections(application: Any) -> None:
    await sync_to_async(account)()
    browsers = [await sync_to_async(logged_in)() for _ in range(3)]
    for browser in (*browsers, browsers[0]):
        await tab(application, browser)
    with queries() as asked:
        await process().check_logins()
    mine = [sql for sql in asked if '"expire_date" FROM' in sql or '"is_active"' in sql]
    assert len(mine) == 2


async def test_browser_whose_session_moved_gets_a_new_token(application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections stay open for a moment, because the browser may not have its new key yet."""
    browser = await sync_to_async(entered)("Gus")
    line = await tab(application, browser)
    await post(browser, "/account/keep/", password=PASSWORD)
    await process().check_logins()
    assert await lives(line)
    monkeypatch.setattr(logins, "MOVED_MS", 0)
    await process().check_logins()
    assert (await line.bye()).code == TOKEN
    assert await lives(await tab(application, browser))


async def test_copied_session_of_a_guest_is_off_the_line(application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, thief = await sync_to_async(entered)("Gus"), Browser()
    thief.cookies = browser.cookies.copy()  # type: ignore[assignment]
    line = await tab(application, thief)
    await post(browser, "/account/keep/", password=PASSWORD)
    monkeypatch.setattr(logins, "MOVED_MS", 0)
    await process().check_logins()
    assert (await line.bye()).code == TOKEN
    assert (await sync_to_async(thief.get)("/realtime/token")).status_code == 401


async def test_log_out_ends_connections_from_before_the_name_was_kept(application: Any) -> None:
    browser = await sync_to_async(entered)("Gus")
    line = await tab(application, browser)
    await post(browser, "/account/keep/", password=PASSWORD)
    await post(browser, "/account/logout/")
    assert (await line.bye()).code == LOGIN_ENDED


async def test_log_out_there_ends_connections_from_before_the_name_was_kept(application: Any) -> None:
    browser = await sync_to_async(entered)("Gus")
    line = await tab(application, browser)
    await post(browser, "/account/keep/", password=PASSWORD)
    elsewhere = await sync_to_async(logged_in)("Gus")
    key = await sync_to_async(lambda: str(browser.session.session_key))()
    login = await LoginSession.objects.aget(session=stored(key))
    await post(elsewhere, f"/account/logins/{login.login}/end")
    assert (await line.bye()).code == LOGIN_ENDED
