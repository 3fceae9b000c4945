"""Tests of log-ins and log-outs with open connections, through the real application."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client as Browser

from accounts.models import LoginSession, User
from realtime.security import login_of
from tests.accounts.people import PASSWORD, account, entered, log_in, logged_in
from tests.client import Client, cid
from tests.client.in_process import ChannelsWire

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
LOGIN_ENDED = 4501


async def tab(application: Any, browser: Browser) -> Client:
    """Return a tab of the browser after hello."""
    wire = ChannelsWire(application, await sync_to_async(lambda: browser.session.session_key)())
    assert await wire.connect()
    client = Client(wire)
    await client.hello()
    return client


async def lives(client: Client) -> bool:
    return bool(await client.request("people.read", ids=[]) == {"people": {}})


@sync_to_async
def post(browser: Browser, address: str, **given: str) -> int:
    return browser.post(address, given).status_code


async def test_guest_who_keeps_the_name_stays_connected(application: Any) -> None:
    browser = await sync_to_async(entered)("Gus")
    client = await tab(application, browser)
    assert await post(browser, "/account/keep/", password=PASSWORD) == 302
    room = (await client.request("room.create", name="Still here", topic="", public=True, cid=cid()))["room"]
    await client.request("message.post", room=room, text="and talking", cid=cid())
    assert await lives(await tab(application, browser))


async def test_kept_name_is_found_when_permissions_are_rechecked(application: Any) -> None:
    """The connection remembers the key of its login session; keeping the name has left it as it was."""
    browser = await sync_to_async(entered)("Gus")
    client = await tab(application, browser)
    await post(browser, "/account/keep/", password=PASSWORD)
    elsewhere = await sync_to_async(logged_in)("Gus")
    line = await tab(application, elsewhere)
    await post(elsewhere, "/account/logout/")
    assert (await line.bye()).code == LOGIN_ENDED
    assert await lives(client)


async def test_guest_who_logs_in_as_an_account_is_disconnected(application: Any) -> None:
    await sync_to_async(account)()
    browser = await sync_to_async(entered)("Gus")
    client = await tab(application, browser)
    await sync_to_async(log_in)(browser)
    assert (await client.bye()).code == LOGIN_ENDED
    assert await lives(await tab(application, browser))


async def test_logout_ends_the_connections_of_its_browser_only(application: Any) -> None:
    await sync_to_async(account)()
    browsers = [await sync_to_async(logged_in)() for _ in range(2)]
    here, also_here, there = [await tab(application, browsers[n]) for n in (0, 0, 1)]
    assert await post(browsers[0], "/account/logout/") == 302
    assert [(await each.bye()).code for each in (here, also_here)] == [LOGIN_ENDED] * 2
    assert await lives(there)


async def test_log_out_there_ends_the_line_there(application: Any) -> None:
    await sync_to_async(account)()
    browsers = [await sync_to_async(logged_in)() for _ in range(2)]
    here, there = [await tab(application, each) for each in browsers]
    login = login_of(await sync_to_async(lambda: str(browsers[1].session.session_key))())
    assert await post(browsers[0], f"/account/logins/{login}/end") == 302
    assert (await there.bye()).code == LOGIN_ENDED
    assert await lives(here)


async def test_log_out_everywhere_else_leaves_one_line(application: Any) -> None:
    await sync_to_async(account)()
    browsers = [await sync_to_async(logged_in)() for _ in range(3)]
    here, *others = [await tab(application, each) for each in browsers]
    assert await post(browsers[0], "/account/logins/others/end") == 302
    assert [(await each.bye()).code for each in others] == [LOGIN_ENDED] * 2
    assert await lives(here)


async def test_new_password_ends_all_connections_and_this_browser_reconnects(application: Any) -> None:
    await sync_to_async(account)()
    browsers = [await sync_to_async(logged_in)() for _ in range(2)]
    lines = [await tab(application, each) for each in browsers]
    assert await post(browsers[0], "/account/password/", old=PASSWORD, password="entirely new words") == 302
    assert [(await each.bye()).code for each in lines] == [LOGIN_ENDED] * 2
    assert await lives(await tab(application, browsers[0]))
    assert await LoginSession.objects.acount() == 1


async def test_connections_of_another_user_stay(application: Any) -> None:
    await sync_to_async(account)()
    ana, gus = await sync_to_async(logged_in)(), await sync_to_async(entered)("Gus")
    line = await tab(application, gus)
    await post(ana, "/account/logout/")
    assert await lives(line)
    assert await User.objects.acount() == 2
