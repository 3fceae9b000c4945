"""Guests: one name, one person; a name that nobody uses comes free."""

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.quotas import DAY_MS
from accounts.selectors import caller_of, name_suggestion, name_variant, people
from accounts.services.accounts import name_keep
from accounts.services.people import guest_create, user_seen, users_seen
from accounts.services.profiles import FREE_AFTER_MS, person_change
from realtime.errors import INVALID_PARAMS, RealtimeError
from realtime.types import UserId

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000_000


def guest(name: str = "Ana", now: int = NOW) -> User:
    return guest_create(name=name, face="🦦", colour=3, device="d", now=now)


def taken(name: str, now: int = NOW) -> str:
    with pytest.raises(RealtimeError) as error:
        guest(name, now)
    assert (error.value.code, *error.value.args) == (409, "name_taken")
    return str(error.value.more["suggestion"])


def test_guest_is_a_user_without_a_password() -> None:
    ana = User.objects.get(pk=guest().pk)
    assert not ana.has_usable_password()
    assert (ana.name, ana.face, ana.colour, ana.rev, ana.device, len(ana.key)) == ("Ana", "🦦", 3, 1, "d", 12)


@pytest.mark.parametrize("name", ["Ana", "ANA", " a\u200bnA ", "\uff21\uff4e\uff41"])
def test_taken_name_is_refused_with_a_free_one(name: str) -> None:
    guest()
    suggestion = taken(name)
    assert guest(suggestion).name == suggestion


def test_name_is_free_30_days_after_its_guest_was_last_seen() -> None:
    first = guest()
    user_seen(user=first, now=NOW + DAY_MS)
    taken("Ana", NOW + DAY_MS + FREE_AFTER_MS - 1)
    second = guest("Ana", NOW + DAY_MS + FREE_AFTER_MS)
    first.refresh_from_db()
    assert (second.name, first.name, first.rev) == ("Ana", "Ana 2", 2)


def test_being_seen_keeps_the_name() -> None:
    user_seen(user=guest(), now=NOW + 20 * DAY_MS)
    taken("Ana", NOW + FREE_AFTER_MS)


def test_being_connected_keeps_the_name_and_is_written_once_a_day() -> None:
    ana, ben = guest(), guest("Ben")
    for now in (NOW + DAY_MS - 1, NOW + 20 * DAY_MS, NOW + 21 * DAY_MS - 1):
        users_seen([ana.pk], now)
    taken("Ana", NOW + FREE_AFTER_MS)
    for user, seen in [(ana, NOW + 20 * DAY_MS), (ben, NOW)]:
        user.refresh_from_db()
        assert user.seen_at == seen


def test_name_with_a_password_is_never_freed() -> None:
    ana = guest()
    ana.set_password("long and secret")
    ana.save()
    taken("Ana", NOW + 10 * FREE_AFTER_MS)


@pytest.mark.parametrize(("face", "colour"), [("x", 1), ("<b>", 1), ("🦦" * 9, 1), ("🦦 ", 1), ("🦦", 12), ("🦦", -1)])
def test_avatar_is_an_emoji_on_one_of_twelve_colours(face: str, colour: int) -> None:
    with pytest.raises(RealtimeError) as error:
        guest_create(name="Ana", face=face, colour=colour, device="", now=NOW)
    assert error.value.code == INVALID_PARAMS


@pytest.mark.parametrize("face", ["", "🦦", "👨‍👩‍👧‍👦", "🇨🇳", "❤️", "1️⃣", "👍🏽", "☕"])
def test_every_kind_of_emoji_is_a_face(face: str) -> None:
    assert guest_create(name="Ana", face=face, colour=0, device="", now=NOW).face == face


def test_profile_change_has_a_new_rev_and_may_keep_the_name() -> None:
    ana = person_change(pk=guest().pk, name="ana", face="", colour=0, now=NOW)
    assert people([UserId(ana.key)]) == {
        ana.key: {"name": "ana", "face": "", "colour": 0, "rev": 2, "picture": "", "badge": "guest"}
    }


def test_change_to_a_taken_name_changes_nothing() -> None:
    guest("Ben")
    ana = guest()
    with pytest.raises(RealtimeError, match="name_taken"):
        person_change(pk=ana.pk, name="BEN", face="", colour=0, now=NOW)
    ana.refresh_from_db()
    assert (ana.name, ana.rev) == ("Ana", 1)


def test_deactivated_user_cannot_enter() -> None:
    ana = guest()
    caller = caller_of(ana)
    assert caller is not None
    assert (caller.id, caller.pk, caller.person["name"]) == (ana.key, ana.pk, "Ana")
    ana.is_active = False
    assert caller_of(ana) is None


@pytest.mark.parametrize("language", ["en", "zh-hans", "de"])
def test_suggestion_is_free_and_has_an_avatar(language: str) -> None:
    name, face = name_suggestion(language)
    assert guest_create(name=name, face=face, colour=0, device="", now=NOW).name == name


def test_variants_of_a_long_name_fit() -> None:
    long = "x" * 32
    guest(long)
    assert guest(name_variant(long)).name.endswith(" 2")


def test_kept_name_has_no_badge_of_a_guest() -> None:
    ana = guest()
    assert people([UserId(ana.key)])[UserId(ana.key)]["badge"] == "guest"
    name_keep(user=ana, hashed=make_password("four words"), email="", now=NOW)
    assert [people([UserId(ana.key)])[UserId(ana.key)][name] for name in ("badge", "rev")] == ["", 2]
