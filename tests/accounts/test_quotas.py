"""Quotas at the front door: who gets in, who does not, and what the pages say."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.apps import quotas_check
from accounts.models import QuotaUse, User
from accounts.quotas import BURST_MS, DAY_MS, NOWHERE, Quotas, place_of, quotas_of
from accounts.services.people import guest_create, users_seen
from realtime.errors import RealtimeError
from realtime.log import now_ms

pytestmark = pytest.mark.django_db


def enter(name: str, address: str, **headers: str) -> Any:
    """Let a new browser at this address enter."""
    given = {"name": name, "face": "", "colour": "1", "next": "/"}
    return Client().post("/enter/", given, REMOTE_ADDR=address, headers=headers)


def new_people(count: int, address: str, now: int | None = None) -> None:
    for _ in range(count):
        name = f"P{User.objects.count()}"
        guest_create(name=name, face="", colour=0, device="", now=now or now_ms(), place=place_of(address))


@pytest.fixture
def quotas(settings: LazySettings) -> Callable[..., None]:
    def override(**values: int) -> None:
        settings.QUOTAS = values

    return override


def test_forty_guests_of_one_school_come_in_and_a_flood_does_not(quotas: Callable[..., None]) -> None:
    quotas()
    answers = [enter(f"Pupil {n}", "198.51.100.7").status_code for n in range(70)]
    assert answers == [303] * 60 + [429] * 10
    assert User.objects.count() == 60


def test_refused_guest_reads_why_and_when_and_keeps_what_was_typed(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=1)
    enter("First", "198.51.100.7")
    page = enter("Second <3", "198.51.100.7")
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= BURST_MS / 1000
    text = page.content.decode()
    assert "Too many new people have come in from your network. Try again in 10 minutes." in text
    assert 'value="Second &lt;3"' in text
    assert not User.objects.filter(name="Second <3").exists()


def test_neighbours_of_a_full_address_come_in_until_their_network_is_full(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=1, guests_network_burst=3)
    answers = [enter(f"N{n}", f"198.51.100.{n}").status_code for n in range(4)]
    assert answers == [303, 303, 303, 429]
    assert enter("Elsewhere", "198.51.101.1").status_code == 303


def test_addresses_of_one_ipv6_customer_are_one(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=2, guests_network_burst=3)
    inside = [enter(f"In {n}", f"2001:db8:1:2::{n}").status_code for n in range(3)]
    beside = [enter(f"By {n}", f"2001:db8:1:{n}::1").status_code for n in range(3, 5)]
    assert (inside, beside) == ([303, 303, 429], [303, 429])


def test_quota_ignores_an_address_written_by_the_client(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=1)
    enter("First", "198.51.100.7")
    spoofed = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    assert enter("Second", "198.51.100.7", **spoofed).status_code == 429


def test_full_site_refuses_new_users_from_any_address(quotas: Callable[..., None]) -> None:
    quotas(guests_site_burst=2)
    assert [enter(f"G{n}", f"192.0.{n}.1").status_code for n in range(3)] == [303, 303, 429]


def test_accounts_that_sign_up_count_as_new_people(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=1)
    given = {"name": "Ana", "password": "correct horse 9 battery", "email": ""}
    assert Client().post("/account/signup/", given, REMOTE_ADDR="198.51.100.7").status_code == 302
    refused = Client().post("/account/signup/", given | {"name": "Ben"}, REMOTE_ADDR="198.51.100.7")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert 'value="Ben"' in refused.content.decode()


def test_quota_frees_after_ten_minutes_but_not_beyond_the_day(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=2, guests_address=3)
    now = now_ms()
    new_people(2, "192.0.2.1", now)
    new_people(1, "192.0.2.1", now + BURST_MS)
    with pytest.raises(RealtimeError) as problem:
        new_people(1, "192.0.2.1", now + 2 * BURST_MS)
    assert problem.value.more == {"quota": "guests", "most": 3, "retry_after_ms": DAY_MS - 2 * BURST_MS}
    new_people(1, "192.0.2.1", now + DAY_MS)


def test_clock_jump_blocks_for_at_most_the_window(quotas: Callable[..., None]) -> None:
    quotas(guests_address_burst=1, guests_address=1)
    now = now_ms()
    new_people(1, "192.0.2.1", now + 400 * DAY_MS)
    new_people(1, "192.0.2.1", now)
    with pytest.raises(RealtimeError) as problem:
        new_people(1, "192.0.2.1", now - BURST_MS // 2)
    assert 0 < problem.value.more["retry_after_ms"] <= DAY_MS


def test_no_address_is_stored_in_clear(quotas: Callable[..., None]) -> None:
    quotas()
    new_people(1, "198.51.100.7")
    [use] = QuotaUse.objects.all()
    assert "198" not in use.address + use.network
    assert use.address != use.network


def test_full_private_address_is_logged(quotas: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    quotas(guests_address_burst=1)
    enter("First", "172.17.0.1")
    enter("Second", "172.17.0.1")
    assert [record.getMessage() for record in caplog.records if "TRUSTED_PROXIES" in record.getMessage()]


def test_unknown_quota_and_wrong_type_are_errors() -> None:
    for wrong in ({"room_guest": 1}, {"rooms_guest": "many"}):
        with pytest.raises(msgspec.ValidationError):
            quotas_of(wrong)
    assert quotas_of({"rooms_guest": 7}) == Quotas(rooms_guest=7)


@pytest.mark.parametrize("wrong", [{"room_guest": 1}, {"rooms_guest": "many"}, []])
def test_wrong_quota_is_told_before_anything_starts(settings: Any, wrong: Any) -> None:
    assert quotas_check() == []
    settings.QUOTAS = wrong
    assert [error.id for error in quotas_check()] == ["accounts.E001"]


@given(st.text())
def test_text_that_is_no_address_is_nowhere(text: str) -> None:
    assert place_of(f"{text}!") == NOWHERE


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("198.51.100.7", ("198.51.100.7/32", "198.51.100.0/24")),
        ("::ffff:198.51.100.7", ("198.51.100.7/32", "198.51.100.0/24")),
        ("2001:db8:1:2::3", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("fe80::1%eth0", ("fe80::/64", "fe80::/48")),
        ("", ("", "")),
    ],
)
def test_place_of_an_address(address: str, place: tuple[str, str]) -> None:
    assert place_of(address) == place


def test_expired_logins_and_old_counts_are_deleted_by_themselves(quotas: Callable[..., None]) -> None:
    quotas()
    now = now_ms()
    enter("Ana", "198.51.100.7")
    enter("Ben", "198.51.100.7")
    QuotaUse.objects.filter(user__name="Ana").update(at=now - DAY_MS)
    old = Session.objects.order_by("pk").first()
    assert old is not None
    Session.objects.filter(pk=old.pk).update(expire_date=datetime.fromtimestamp(now / 1000 - 1, UTC))
    users_seen([], now)
    assert list(QuotaUse.objects.values_list("user__name", flat=True)) == ["Ben"]
    assert Session.objects.count() == 1


def test_name_of_a_guest_who_never_did_anything_is_free_after_a_day(quotas: Callable[..., None]) -> None:
    quotas()
    assert enter("Ana", "198.51.100.7").status_code == 303
    assert enter("Ana", "198.51.100.7").status_code == 409
    User.objects.filter(name="Ana").update(seen_at=now_ms() - DAY_MS)
    assert enter("Ana", "198.51.100.7").status_code == 303
