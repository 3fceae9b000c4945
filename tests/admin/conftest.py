"""Fixtures of the tests of the admin: people of each rank, and a room with some of everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from realtime.types import Caller, LogKey
from tests.actions import act, again, guest, post, room

Come = Callable[..., Client]
RANKS: dict[str, dict[str, bool]] = {
    "superuser": {"is_superuser": True, "is_staff": True},
    "moderator": {"is_moderator": True, "is_staff": True},
    "staff": {"is_staff": True},
    "account": {},
}


def person(name: str, **facts: Any) -> Caller:
    """Return a person with a password."""
    caller = guest(name)
    User.objects.filter(pk=caller.pk).update(password=make_password("x", hasher="md5"), **facts)
    return again(User.objects.get(pk=caller.pk))


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def come(db: None) -> Come:
    """`come("moderator")`: a browser in which somebody of this rank is logged in."""

    def come(rank: str, name: str = "") -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=person(name or rank.title(), **RANKS[rank]).pk))
        return client

    return come


@pytest.fixture
def key(host: Caller, ann: Caller) -> LogKey:
    return room(host, ann, name="Kitchen")


@pytest.fixture
def lived(host: Caller, ann: Caller, key: LogKey) -> LogKey:
    """Return a room in which everything has happened once."""
    act(host, "invite.create", room=key, expires_ms=None, uses=3)
    o = post(ann, key, "<b>loud</b>")
    gone = post(ann, key, "an advert")
    act(host, "message.delete", room=key, o=gone, reason="advert", rule="spam")
    act(host, "report.create", room=key, o=o, rule="insult", reason="shouts")
    act(host, "sanction.make", room=key, user=ann.id, kind="mute", duration_ms=60_000, reason="shouting")
    act(host, "match.create", room=key, game="four", bot="easy")
    act(host, "room.panic", room=key, on=True)
    return key
