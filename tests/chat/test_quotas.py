"""Quotas of what people make by the wire: rooms, invites, reports, matches."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import QuotaUse, User
from accounts.quotas import DAY_MS, place_of
from accounts.services.people import guest_create
from chat.models import Invite, Room
from realtime.errors import RealtimeError
from realtime.log import key_new, now_ms
from realtime.types import Caller
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, again, call, guest, post, room

pytestmark = pytest.mark.django_db


def refused(caller: Caller, method: str, /, **params: Any) -> dict[str, Any]:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    assert (error.value.code, error.value.args[0]) == (429, "quota")
    return error.value.more


def make_room(caller: Caller, **more: Any) -> dict[str, Any]:
    return act(caller, "room.create", **{"name": f"Room {key_new(8)}", "topic": "", "public": True} | more)


def test_rooms_of_a_guest_have_a_quota_and_the_error_says_until_when(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 2}
    for _ in range(2):
        make_room(ana)
    more = refused(ana, "room.create", name="Third", topic="", public=True)
    assert (more["quota"], more["most"]) == ("rooms", 2)
    assert DAY_MS - 60_000 < more["retry_after_ms"] <= DAY_MS
    assert Room.objects.filter(created_by=ana.pk).count() == 2
    QuotaUse.objects.update(at=now_ms() - DAY_MS)
    make_room(ana)


def test_account_may_create_more_rooms_than_a_guest(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 1, "rooms_account": 2}
    user = User.objects.get(pk=ana.pk)
    user.set_password("correct horse 9 battery")
    user.account_at = 1
    user.save()
    for _ in range(2):
        make_room(ana)
    refused(ana, "room.create", name="Third", topic="", public=True)


def test_repeated_cid_counts_once(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 2}
    first = make_room(ana, cid="the-same-cid-again-0000")
    for _ in range(3):
        assert make_room(ana, cid="the-same-cid-again-0000") == first
    make_room(ana)
    refused(ana, "room.create", name="Third", topic="", public=True)


def test_refused_request_does_not_count(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 1}
    with pytest.raises(RealtimeError):
        make_room(ana, name="x" * 100)
    make_room(ana)


def test_new_people_of_one_address_share_its_quota(settings: LazySettings) -> None:
    settings.QUOTAS = {"rooms_guest": 5, "rooms_address": 3, "rooms_network": 4}
    people = []
    for n, address in enumerate(["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"]):
        user = guest_create(name=f"G{n}", face="", colour=0, device="", now=now_ms(), place=place_of(address))
        people.append(again(user))
    for caller in (people[0], people[0], people[1]):
        make_room(caller)
    refused(people[1], "room.create", name="Fourth of the address", topic="", public=True)
    make_room(people[2])
    refused(people[3], "room.create", name="Fifth of the network", topic="", public=True)
    make_room(guest("From elsewhere"))


def test_invites_and_reports_and_matches_have_quotas(settings: LazySettings, ana: Caller, ben: Caller) -> None:
    settings.QUOTAS = {"invites_guest": 1, "reports_guest": 1, "matches_guest": 1}
    keys = [room(ana, ben) for _ in range(2)]
    act(ana, "invite.create", room=keys[0], expires_ms=None, uses=None)
    refused(ana, "invite.create", room=keys[1], expires_ms=None, uses=None)
    assert Invite.objects.count() == 1
    act(ben, "report.create", room=keys[0], o=post(ana, keys[0]), reason="", rule="spam")
    refused(ben, "report.create", room=keys[0], o=post(ana, keys[0]), reason="", rule="spam")
    act(ana, "match.create", room=keys[0], game="four", bot=None)
    refused(ana, "match.create", room=keys[1], game="four", bot=None)


def test_matches_by_a_command_count_too(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"matches_guest": 1}
    keys = [room(ana) for _ in range(2)]
    act(ana, "message.post", room=keys[0], text="/play four")
    refused(ana, "message.post", room=keys[1], text="/play four")


def test_requests_of_one_batch_count_one_after_the_other(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 2}
    found = write([call(ana, "room.create", name=f"R{n}", topic="", public=True) for n in range(5)])
    assert [isinstance(each, Answer) for each in found] == [True, True, False, False, False]


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_do_not_pass_the_quota(settings: LazySettings, ana: Caller) -> None:
    settings.QUOTAS = {"rooms_guest": 3}

    def attempt(n: int) -> bool:
        try:
            [found] = write([call(ana, "room.create", name=f"R{n}", topic="", public=True)])
            return isinstance(found, Answer)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, range(12)))
    assert sum(outcomes) == Room.objects.filter(created_by=ana.pk).count() == 3
