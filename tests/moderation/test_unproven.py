"""A rank is used only with the second step set up (`STAFF_MFA`): every permission, by service, page, and socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from asgiref.sync import sync_to_async
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from accounts.models import User
from accounts.selectors import usable_rank_of
from chat.models import Invite, Room
from chat.permissions import NEEDED, ON_SITE, Rank
from chat.selectors import access, ranks
from chat.selectors.invites import invites, is_active
from moderation.services import site
from realtime.errors import RealtimeError
from realtime.log import head_of, now_ms
from realtime.types import Caller
from tests import actions
from tests.accounts.people import account, logged_in, second_step
from tests.client import cid
from tests.people import Tab

pytestmark = pytest.mark.django_db
GUARDS = {
    "admin": {"is_superuser": True, "is_staff": True},
    "moderator": {"is_moderator": True, "is_staff": True},
}


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.STAFF_MFA = True


@pytest.fixture(params=GUARDS)
def guard(request: pytest.FixtureRequest) -> Caller:
    """Return an admin or a moderator, logged in by the password only."""
    facts = GUARDS[request.param]
    return actions.again(account("Root", email="", **facts))


def user_of(caller: Caller) -> User:
    return User.objects.get(pk=caller.pk)


def allowed(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except RealtimeError as error:
        if error.code != 403:
            raise
        return False
    return True


@pytest.mark.parametrize("act", sorted(NEEDED))
def test_permission_in_a_room_needs_the_second_step(guard: Caller, act: str) -> None:
    host = actions.guest("Host")
    key = actions.room(host, guard)
    asked = [
        lambda: access.ranked(guard, key, act),
        lambda: ranks.outrank(access.member(guard, key), user_of(host), room=key, act=act),
        lambda: access.on_site(guard, key),
    ]
    assert [allowed(each) for each in asked] == [False] * 3
    second_step(user_of(guard))
    assert [allowed(each) for each in asked] == [True] * 3


@pytest.mark.parametrize("act", sorted(ON_SITE))
def test_permission_on_the_site_needs_the_second_step(guard: Caller, act: str) -> None:
    assert not allowed(lambda: ranks.on_site(guard.pk, act))
    second_step(user_of(guard))
    assert allowed(lambda: ranks.on_site(guard.pk, act)) == (usable_rank_of(user_of(guard)) >= ON_SITE[act])


def test_rank_that_may_not_be_used_yet_still_protects(guard: Caller) -> None:
    host = actions.guest("Host")
    key = actions.room(host, guard)
    assert ranks.rank_of(user_of(guard), None) >= Rank.MODERATOR
    assert not allowed(lambda: ranks.outrank(access.member(host, key), user_of(guard), room=key, act="member.remove"))


def test_services_of_the_admin_refuse_who_is_unproven(guard: Caller) -> None:
    ann = actions.guest("Ann")
    key = actions.room(ann)
    tries: list[Callable[[], object]] = [
        lambda: site.rules_set(
            caller=guard, room=Room.objects.get(log__key=key), reason="spam", locked=True, slow_s=None, guests_off=None
        ),
        lambda: site.moderator_set(caller=guard, user=ann.id, on=True, reason="kind"),
    ]
    assert [allowed(each) for each in tries] == [False, False]


def test_invite_of_an_unproven_guard_opens_no_private_room(guard: Caller) -> None:
    host = actions.guest("Host")
    key = actions.room(host, guard, public=False)
    second_step(user_of(guard))
    actions.act(guard, "invite.create", room=key, expires_ms=None, uses=9)
    invite = Invite.objects.get(created_by=guard.pk)
    shown = {"member", "host"}
    assert is_active(invite, now_ms())
    assert len(invites(key, frozenset(shown), head_of(key))) == 1
    Authenticator.objects.filter(user=guard.pk).delete()
    assert not is_active(invite, now_ms())
    actions.post(host, key)  # what is kept of the room is read again
    assert invites(key, frozenset(shown), head_of(key)) == []


# Pages


def addresses(patterns: list[Any], prefix: str = "admin:") -> Iterator[str]:
    """Every address of the admin that needs at most a key of a row."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(list(pattern.url_patterns), prefix)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names = pattern.pattern.regex.groupindex
            given = {"object_id": "1", "app_label": "accounts", "content_type_id": "1", "url": "x"}
            yield reverse(prefix + pattern.name, kwargs={name: given[name] for name in names})


ADMIN = sorted(set(addresses(admin.site.get_urls())))


def test_list_of_pages_is_not_empty() -> None:
    assert len(ADMIN) > 40
    assert "/admin/accounts/user/1/change/" in ADMIN


@pytest.mark.parametrize("address", ["/live/", *ADMIN])
def test_page_leads_to_the_second_step(guard: Caller, address: str) -> None:
    browser = logged_in("Root")
    for answer in (browser.get(address), browser.post(address)):
        if answer.status_code == 405:
            continue
        assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/totp/activate/")


def test_act_of_the_admin_is_not_done_without_the_second_step(guard: Caller) -> None:
    ann = actions.guest("Ann")
    browser = logged_in("Root")
    form = {"action": "mute", ACTION_CHECKBOX_NAME: [ann.pk], "sure": "yes", "reason": "loud", "duration": "3600000"}
    assert browser.post("/admin/accounts/user/", form)["Location"] == "/account/2fa/totp/activate/"
    assert user_of(ann).muted_until == 0


def test_site_of_the_admin_refuses_by_itself(guard: Caller, rf: Any) -> None:
    """The door in the middleware is not the only one."""
    request = rf.get("/admin/")
    request.user = user_of(guard)
    assert not admin.site.has_permission(request)
    second_step(user_of(guard))
    assert admin.site.has_permission(request)


@pytest.mark.parametrize("page", ["logout", "password_change"])
def test_log_out_and_password_of_the_admin_are_the_accounts_own(page: str) -> None:
    second_step(account("Root", is_superuser=True, is_staff=True))
    browser = Client()
    browser.force_login(User.objects.get())
    assert browser.post(reverse(f"admin:{page}"))["Location"] in {"/account/logout/", "/account/password/"}
    assert browser.get("/account/").status_code == 200


# Sockets


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rank", GUARDS)
async def test_socket_tells_an_unproven_guard_nothing(tab: Tab, rank: str) -> None:
    host, root = await tab("Host"), await tab("Root")
    room = (await host.request("room.create", cid=cid(), name="Kitchen", topic="", public=True))["room"]
    await root.request("room.join", room=room, cid=cid())
    await User.objects.filter(name="Root").aupdate(**GUARDS[rank])
    assert (await root.error("live.read")).type == "forbidden"
    assert (await root.error("audit.list", room=room)).type == "forbidden"
    await sync_to_async(second_step)(await User.objects.aget(name="Root"))
    assert "rooms" in await root.request("live.read")
    assert "entries" in await root.request("audit.list", room=room)
