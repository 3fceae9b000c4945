"""Tests of `text.preview`: it shows what a post of the same text stores, and it stores nothing."""

import pytest

from chat.models import Message
from realtime.errors import RealtimeError
from tests.actions import ask, guest, line, post, room

pytestmark = pytest.mark.django_db

TEXTS = [
    "plain words",
    "**bold** and ||hidden||",
    "//not a command",
    "```python\nx = 1\n```",
    "a|b\n-|-\n1|2",
    "see https://example.com/",
    "<script>alert(1)</script> **b**",
]


@pytest.mark.parametrize("text", TEXTS)
def test_preview_equals_the_data_of_the_posted_message(text: str) -> None:
    ana = guest()
    key = room(ana)
    preview = ask(ana, "text.preview", text=text)
    assert preview == line(ana, key, post(ana, key, text))["data"]


def test_preview_names_the_people_who_are_mentioned() -> None:
    ana = guest()
    key = room(ana)
    text = f"hello <@{ana.id}> and <@here>, **look**"
    preview = ask(ana, "text.preview", text=text)
    assert preview == line(ana, key, post(ana, key, text))["data"]


def test_preview_stores_nothing() -> None:
    before = Message.objects.count()
    ask(guest(), "text.preview", text="**a**")
    assert Message.objects.count() == before


def test_preview_of_a_command_is_the_command_as_typed() -> None:
    assert ask(guest(), "text.preview", text="/roll  2d6") == {"text": "/roll 2d6"}


@pytest.mark.parametrize(
    ("text", "problem"), [("x" * 10_001, "too_long"), ("  \n", "empty"), ("/nosuch", "unknown_command")]
)
def test_preview_refuses_what_a_post_refuses(text: str, problem: str) -> None:
    with pytest.raises(RealtimeError) as refused:
        ask(guest(), "text.preview", text=text)
    assert refused.value.type == problem
