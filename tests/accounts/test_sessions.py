"""Log-in sessions: stored under a hash, and those of release 0.1 go on."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import LoginSession, User
from accounts.services.people import users_seen
from accounts.sessions import KEY_LENGTH, UPGRADE_S, SessionStore, Upgrade, hash_keys, stored
from realtime.security import login_of
from tests.accounts.people import account, entered, log_in, logged_in, user_at
from tests.queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """`clock[0]`: seconds since this process began."""
    now = [0.0]
    monkeypatch.setattr(sessions, "monotonic", lambda: now[0])
    monkeypatch.setattr(sessions, "upgrade", upgrade := Upgrade())
    monkeypatch.setattr("accounts.services.people.upgrade", upgrade)
    return now


def of_0_1(client: Client) -> str:
    """Store the session of this browser as release 0.1 did, under the key itself; the key."""
    key = str(client.session.session_key)
    row = Session.objects.get(session_key=stored(key))
    Session.objects.create(session_key=key, session_data=row.session_data, expire_date=row.expire_date)
    LoginSession.objects.filter(session=row).update(session_id=key)
    row.delete()
    return key


def keys() -> set[str]:
    return set(Session.objects.values_list("session_key", flat=True))


def browser_with(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_database_holds_no_key_that_a_browser_does() -> None:
    account()
    for client in (entered(), logged_in()):
        key = str(client.session.session_key)
        assert key not in keys()
        assert stored(key) in keys()
    assert not any(len(key) == KEY_LENGTH for key in keys())


def test_stored_key_opens_nothing() -> None:
    account(is_superuser=True)
    logged_in()
    for key in keys():
        assert user_at(browser_with(key)) is None


def test_login_is_asked_for_in_one_query() -> None:
    key = str(entered().session.session_key)
    with queries() as asked:
        assert SessionStore(key).load()
    assert len([sql for sql in asked if "django_session" in sql]) == 1


def test_djangos_own_commands_work() -> None:
    client = entered()
    Session.objects.update(expire_date=timezone.now())
    call_command("clearsessions")
    assert (keys(), user_at(client)) == (set(), None)


async def _alone(store: SessionStore) -> tuple[bool, dict[str, Any], bool]:
    await store.aset("x", 1)
    await store.asave()
    key = str(store.session_key)
    there, data = await SessionStore().aexists(key), await SessionStore(key).aload()
    await SessionStore().adelete(key)
    return there, data, await SessionStore().aexists(key)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_asynchronous_half_stores_hashes_too() -> None:
    assert await _alone(SessionStore()) == (True, {"x": 1}, False)


def test_saving_what_was_deleted_is_told() -> None:
    store = SessionStore()
    store["x"] = 1
    store.create()
    SessionStore().delete(store.session_key)
    with pytest.raises(UpdateError):
        store.save()


# From release 0.1


def test_login_of_0_1_goes_on_before_and_after_its_key_is_hashed(clock: list[float]) -> None:
    ana = account()
    client, guest = logged_in(), entered()
    old, gus = of_0_1(client), of_0_1(guest)
    name = user_at(guest)
    for _ in range(2):
        assert (user_at(client), user_at(guest)) == (ana, name)
        assert [here for _, here in client.get("/account/").context["logins"]] == [True]
        assert (client.session.session_key, guest.session.session_key) == (old, gus)
        clock[0] = UPGRADE_S
        users_seen([], 0)
    assert keys() == {stored(old), stored(gus)}
    login = LoginSession.objects.get(user=ana)
    assert (login.session_id, login.login) == (stored(old), login_of(old))
    client.post("/account/logout/")
    assert (keys(), user_at(browser_with(old))) == ({stored(gus)}, None)


def test_login_of_0_1_ends_with_the_log_out() -> None:
    account()
    client = logged_in()
    old = of_0_1(client)
    client.post("/account/logout/")
    assert (keys(), user_at(browser_with(old))) == (set(), None)


def test_process_of_0_1_finds_what_begins_beside_it(clock: list[float]) -> None:
    account()
    of_0_1(entered("Gus"))
    sessions.upgrade = Upgrade()
    new = logged_in()
    assert DjangosStore(new.session.session_key).load()["_auth_user_id"] == str(User.objects.get(name="Ana").pk)
    clock[0] = UPGRADE_S
    log_in(later := Client())
    assert not DjangosStore(later.session.session_key).load()


def test_keys_are_hashed_only_when_processes_of_0_1_are_gone(clock: list[float]) -> None:
    old = of_0_1(entered("Gus"))
    users_seen([], 0)
    assert keys() == {old}
    clock[0] = UPGRADE_S
    users_seen([], 0)
    assert keys() == {stored(old)}
    with queries() as asked:
        users_seen([], 0)  # nothing is left to be hashed
        users_seen([], 0)
    assert len([sql for sql in asked if "LENGTH" in sql.upper()]) <= 2


def test_keys_are_hashed_some_at_a_time() -> None:
    old = {of_0_1(entered(name)) for name in ("Gus", "Ida", "Leo")}
    assert [hash_keys(2), hash_keys(2), hash_keys(2)] == [2, 1, 0]
    assert keys() == {stored(key) for key in old}


def test_session_that_is_hashed_while_a_request_runs_is_saved() -> None:
    client = entered()
    store = SessionStore(of_0_1(client))
    store["x"] = 1
    assert hash_keys() == 1
    store.save()
    assert client.session["x"] == 1
