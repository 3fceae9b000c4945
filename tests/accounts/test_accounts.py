"""Accounts: one row from guest to admin, one name, one e-mail."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.selectors import has_acted, login_name
from accounts.services.accounts import SetUpAlready, admin_create, email_ask, name_keep
from accounts.services.profiles import FREE_AFTER_MS
from chat.models import Membership
from realtime.errors import RealtimeError
from realtime.log import SITE, head_of
from tests import actions
from tests.accounts.people import NOW, PASSWORD, account, guest

pytestmark = pytest.mark.django_db


def first_admin(name: str, of: User | None = None) -> User:
    given = {"name": name, "hashed": make_password(PASSWORD), "email": "", "device": "d"}
    return admin_create(guest=of, colour=0, now=NOW, **given)


def test_account_is_in_the_lounge_like_a_guest() -> None:
    ana = account()
    assert [each.room.lounge for each in Membership.objects.filter(user=ana)] == [True]
    assert (ana.is_guest, ana.has_power, ana.check_password(PASSWORD)) == (False, False, True)


@pytest.mark.parametrize("name", ["ana", " ANA ", "\uff21na", "A\u200bna"])
def test_name_is_the_same_in_every_spelling(name: str) -> None:
    ana = account()
    assert login_name(name) == ana.name_folded
    assert authenticate(username=name.strip().replace("\u200b", ""), password=PASSWORD) == ana
    with pytest.raises(RealtimeError, match="name_taken"):
        account(name)


def test_account_may_take_the_name_of_a_guest_long_gone() -> None:
    gus = guest()
    User.objects.filter(pk=gus.pk).update(seen_at=NOW - FREE_AFTER_MS)
    assert account("Gus").name == "Gus"


def test_email_leads_to_its_name_and_belongs_to_one_account() -> None:
    ana, ben = account(email="ana@example.org"), account("Ben")
    assert login_name(" Ana@Example.org ") == ana.name_folded
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ben.pk).update(email="ana@example.org")
    email_ask(user=ana, email="")
    assert login_name("ana@example.org") != ana.name_folded


def test_name_like_an_email_does_not_block_that_email() -> None:
    ana = account(email="ana@example.org")
    account("ana@example.org")
    assert login_name("ana@example.org") == ana.name_folded


def test_keeping_a_name_keeps_the_row_and_says_nothing_to_any_process() -> None:
    gus = guest()
    before = head_of(SITE)
    name_keep(user=gus, hashed=make_password(PASSWORD), email="", now=NOW)
    kept = User.objects.get(pk=gus.pk)
    assert (kept.key, kept.rev, kept.is_guest, kept.check_password(PASSWORD)) == (gus.key, gus.rev, False, True)
    assert head_of(SITE) == before


def test_guest_keeps_a_name_once() -> None:
    gus = guest()
    stale = User.objects.get(pk=gus.pk)
    name_keep(user=gus, hashed=make_password(PASSWORD), email="", now=NOW)
    with pytest.raises(RealtimeError, match="conflict"):
        name_keep(user=stale, hashed=make_password("another one"), email="", now=NOW)
    assert User.objects.get(pk=gus.pk).check_password(PASSWORD)


def test_entering_is_not_saying_something() -> None:
    caller = actions.guest("Gus")
    gus = User.objects.get(pk=caller.pk)
    assert not has_acted(gus)
    actions.post(caller, actions.room(caller))
    assert has_acted(gus)


def test_first_admin_is_created_once() -> None:
    admin = first_admin("Root")
    assert (admin.is_superuser, admin.is_staff, admin.is_moderator) == (True, True, False)
    with pytest.raises(SetUpAlready):
        first_admin("Second")
    assert not User.objects.filter(name="Second").exists()


def test_guest_becomes_the_admin_on_the_same_row() -> None:
    gus = guest()
    admin = first_admin("", of=User.objects.get(pk=gus.pk))
    assert (admin.pk, admin.name, admin.is_superuser, admin.check_password(PASSWORD)) == (gus.pk, "Gus", True, True)


@pytest.mark.parametrize(
    ("powers", "may"),
    [
        ({}, (False, False, False)),
        ({"is_moderator": True}, (False, False, False)),
        ({"is_staff": True}, (True, True, False)),
        ({"is_superuser": True}, (True, True, True)),
        ({"is_superuser": True, "is_active": False}, (False, False, False)),
    ],
)
def test_admin_lets_staff_read_and_superusers_change(powers: dict[str, bool], may: tuple[bool, ...]) -> None:
    user = account()
    for power, given in powers.items():
        setattr(user, power, given)
    asked = (user.has_module_perms("chat"), user.has_perm("chat.view_room"), user.has_perm("chat.change_room"))
    assert asked == may


def test_createsuperuser_takes_a_name_as_people_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", name_folded="Root", interactive=False, verbosity=0)
    assert User.objects.get(name="Root").is_superuser


def test_changepassword_takes_a_name_as_people_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    account("Pass Paula")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "entirely new words")
    call_command("changepassword", "Pass Paula", verbosity=0)
    assert User.objects.get().check_password("entirely new words")
    with pytest.raises(CommandError):
        call_command("changepassword", "Nobody")


def test_reset_link_is_for_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    account()
    guest()
    call_command("resetlink", "ANA")
    assert capsys.readouterr().out.startswith("http://testserver:8000/account/reset/")
    for name in ("Gus", "Nobody"):
        with pytest.raises(CommandError):
            call_command("resetlink", name)
