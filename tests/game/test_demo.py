"""The sample that `manage.py demo` makes."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from chat.models import Message, Room
from game.models import Match
from tests.actions import guest, post, room

pytestmark = pytest.mark.django_db


def test_demo_makes_people_rooms_messages_in_two_languages_and_a_finished_game() -> None:
    call_command("demo")
    texts = " ".join(str(line.data) for line in Message.objects.filter(kind="text"))
    assert "Morning" in texts
    assert "早上好" in texts
    assert Match.objects.get().state == Match.State.OVER
    assert (User.objects.count(), Room.objects.count()) == (5, 2)


def test_demo_is_made_once() -> None:
    call_command("demo")
    before = Message.objects.count()
    call_command("demo")
    assert Message.objects.count() == before


def test_demo_refuses_where_others_have_written() -> None:
    host = guest("Host")
    post(host, room(host), "a real message")
    with pytest.raises(CommandError, match="empty site"):
        call_command("demo")
    assert User.objects.count() == 1
