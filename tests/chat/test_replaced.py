"""Requests that name a message or a match by its offset, after a restored backup put another one there."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from chat.models import Message
from game.models import Match
from realtime.models import Event
from realtime.types import Caller, LogKey
from tests.actions import act, last_event, post
from tests.game.play import begun, move, refused, table

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("message.edit", {"text": "mine"}),
        ("message.delete", {}),
        ("message.restore", {}),
    ],
)
def test_act_on_own_message_is_refused_when_another_stands_there(
    ana: Caller, key: LogKey, method: str, more: dict[str, Any]
) -> None:
    o = post(ana, key)
    t = last_event(key).tag
    if method == "message.restore":
        act(ana, "message.delete", room=key, o=o, t=t)
    error = refused(ana, method, room=key, o=o, t=(t + 1) % 2**32, **more)
    assert (error.code, error.type) == (409, "replaced")
    act(ana, method, room=key, o=o, t=t, **more)


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("message.delete", {"reason": "spam", "rule": "spam"}),
        ("report.create", {"rule": "spam"}),
        ("sanction.make", {"kind": "warn", "reason": "spam"}),
    ],
)
def test_act_on_the_message_of_another_is_refused_when_another_stands_there(
    ana: Caller, ben: Caller, key: LogKey, method: str, more: dict[str, Any]
) -> None:
    o = post(ben, key)
    t = last_event(key).tag
    more |= {"user": ben.id} if method == "sanction.make" else {}
    error = refused(ana, method, room=key, o=o, t=t ^ 1, **more)
    assert (error.code, error.type) == (409, "replaced")
    act(ana, method, room=key, o=o, t=t, **more)


def test_message_of_release_01_has_the_tag_of_its_event(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    Message.objects.update(tag=None)
    tag = Event.objects.get(log__key=key, offset=o).tag
    assert refused(ana, "message.delete", room=key, o=o, t=tag ^ 1).type == "replaced"
    act(ana, "message.delete", room=key, o=o, t=tag)


def test_request_without_a_tag_means_whatever_stands_there(ana: Caller, key: LogKey) -> None:
    o = post(ana, key)
    assert act(ana, "message.delete", room=key, o=o)["o"] == o + 1


def test_match_has_the_tags_of_its_card_and_of_its_version(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = begun(ana, ben, key)
    at = move(ana, key, o, 3)
    tags = dict(Event.objects.filter(log__key=key, offset__in=[o, at]).values_list("offset", "tag"))
    now = table(ana, key, o)
    assert (now["t"], now["version_t"]) == (tags[o], tags[at])


@pytest.mark.parametrize("method", ["match.resign", "match.claim", "match.present", "seat.leave", "match.rematch"])
def test_match_request_is_refused_when_another_match_stands_there(
    ana: Caller, ben: Caller, key: LogKey, method: str
) -> None:
    o = begun(ana, ben, key)
    assert refused(ana, method, room=key, match=o, t=table(ana, key, o)["t"] ^ 1).type == "replaced"


def test_move_is_refused_when_its_version_was_written_anew(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = begun(ana, ben, key)
    now = table(ana, key, o)
    meant = {"room": key, "match": o, "version": now["version"], "move": 3}
    assert refused(ana, "move.play", **meant, version_t=now["version_t"] ^ 1).type == "stale"
    act(ana, "move.play", **meant, t=now["t"], version_t=now["version_t"])
    assert Match.objects.get(offset=o).version > now["version"]


def test_migration_fills_in_the_tags_of_older_messages(ana: Caller, key: LogKey) -> None:
    post(ana, key)
    tag = last_event(key).tag
    Message.objects.filter(log__key=key).update(tag=None)
    import_module("chat.migrations.0011_message_tags").fill(apps, SimpleNamespace(connection=connection))
    assert Message.objects.filter(log__key=key).order_by("-offset").values_list("tag", flat=True).first() == tag
