"""Tests of the inbox: messages in order, one waiter, and no message lost by a cancelled wait."""

import asyncio

import pytest

from realtime.server.inbox import Inbox

pytestmark = pytest.mark.asyncio


@pytest.fixture
def inbox() -> Inbox:
    return Inbox(lambda: None)


async def test_messages_come_out_in_order_whether_they_were_waited_for_or_not(inbox: Inbox) -> None:
    inbox.put_nowait({"text": "1"})
    asking = asyncio.ensure_future(inbox.get())
    assert await asking == {"text": "1"}
    asking = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    for text in ("2", "3"):
        inbox.put_nowait({"text": text})
    assert [await asking, await inbox.get()] == [{"text": "2"}, {"text": "3"}]


async def test_cancelled_receive_leaves_the_message_to_the_next(inbox: Inbox) -> None:
    """The message may arrive in the turn of the loop in which the wait is cancelled."""
    for comes in (False, True):
        asking = asyncio.ensure_future(inbox.get())
        await asyncio.sleep(0)
        if comes:
            inbox.put_nowait({"text": "late"})
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert await inbox.get() == {"text": "late"}


async def test_inbox_refuses_a_second_waiter(inbox: Inbox) -> None:
    asking = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="another task"):
        await inbox.get()
    inbox.put_nowait({"text": "for the first"})
    assert await asking == {"text": "for the first"}
