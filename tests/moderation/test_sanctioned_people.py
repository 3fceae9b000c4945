"""A host acts on the people of their room, not on everybody there is."""

from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import User
from chat.models import Membership, Room
from moderation.models import Sanction
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from tests.actions import act, ask, enter, guest, post, room
from tests.game.play import refused

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

REASON = "I know where you live"


@pytest.fixture
def victim() -> Caller:
    return guest("Victim")


@pytest.fixture
def trap(host: Caller) -> LogKey:
    return room(host, public=False, name="Trap")


@pytest.mark.parametrize("kind", ["warn", "mute", "kick", "ban"])
def test_host_cannot_sanction_a_stranger(host: Caller, victim: Caller, trap: LogKey, kind: str) -> None:
    assert refused(host, "sanction.make", room=trap, user=victim.id, kind=kind, reason=REASON).code == 404
    with pytest.raises(Exception, match="not_found"):
        ask(host, "sanction.preview", room=trap, user=victim.id)
    assert not Sanction.objects.exists()
    assert not Membership.objects.filter(user=victim.pk).exists()


def test_host_of_a_public_room_cannot_sanction_who_only_looks(host: Caller, victim: Caller) -> None:
    key = room(host)
    assert refused(host, "sanction.make", room=key, user=victim.id, kind="ban").code == 404


def left(host: Caller, victim: Caller, key: LogKey) -> None:
    enter(host, victim, key)
    act(victim, "room.leave", room=key)


def removed(host: Caller, victim: Caller, key: LogKey) -> None:
    enter(host, victim, key)
    act(host, "member.remove", room=key, user=victim.id)


def wrote(host: Caller, victim: Caller, key: LogKey) -> None:
    enter(host, victim, key)
    post(victim, key)
    act(victim, "room.leave", room=key)


@pytest.mark.parametrize("was_there", [left, removed, wrote, enter])
def test_host_sanctions_who_is_or_was_there(host: Caller, victim: Caller, trap: LogKey, was_there: Any) -> None:
    was_there(host, victim, trap)
    act(host, "sanction.make", room=trap, user=victim.id, kind="ban")
    assert Sanction.objects.get().user_id == victim.pk


def test_host_sanctions_who_asked_to_come_in(host: Caller, victim: Caller) -> None:
    key = room(host)
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=False, approval=True)
    act(victim, "room.join", room=key)
    act(host, "member.admit", room=key, user=victim.id, yes=False)
    act(host, "sanction.make", room=key, user=victim.id, kind="ban")


def test_ban_by_a_stranger_shows_no_room_and_no_reason(
    host: Caller, victim: Caller, trap: LogKey, client: Browser
) -> None:
    """Write a ban of the kind that there was before hosts were bound to their room."""
    place = Room.objects.get(log__key=trap)
    facts = {"kind": "ban", "at": now_ms(), "reason": REASON, "rank": 1}
    Sanction.objects.create(room=place, user_id=victim.pk, by_id=host.pk, **facts)
    barred = {"state": "banned", "banned_until": 2**52, "joined_at": 1}
    Membership.objects.create(room=place, user_id=victim.pk, **barred)
    client.force_login(User.objects.get(pk=victim.pk))
    page = client.get(f"/r/{trap}/")
    assert page.status_code == 404
    assert REASON not in page.content.decode()
    assert "Trap" not in page.content.decode()
