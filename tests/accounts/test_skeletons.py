"""Skeletons, reserved words, joiners and marks: one table each."""

import importlib
import unicodedata
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.names import BADGES, MARKS, cleaned, fold, look
from accounts.reserved import is_reserved
from accounts.selectors import name_suggestion
from accounts.services.accounts import account_create, admin_create
from accounts.services.people import guest_create, person_forget
from accounts.services.profiles import FREE_AFTER_MS, person_change
from accounts.skeletons import name_skeleton, skeleton
from realtime.errors import RealtimeError
from tests.accounts.people import NOW, account, guest

ALIKE = [
    *[("Mark", "Mаrk"), ("Mark", "Μark"), ("Olga", "Оlga"), ("Alice", "Аӏісе"), ("TOM", "ТОМ"), ("Henry", "Неnrу")],
    *[("Alice", name) for name in ("AIice", "Al|ce", "A1ice", "Al1ce", "Al!ce", "Alıce", "AlIce", "ALICE", "aIice")],
    *[("Alice", f"Alice{mark}") for mark in ("\u0332", "\u0338", "\u20dd", "\u1abe", "\u05c4", "\u0e49", "\u0489")],
    *[("Alice", name) for name in ("Alice.", "A lice", "~Alice~", "[Alice]", "Alice_", "‹Alice›", "Alice\u00b7")],
    *[
        ("Alice", name)
        for name in ("Ⓐlice", "🅰lice", "🄰lice", "🇦lice", "ᴀʟɪᴄᴇ", "𝐀lice", "Ａｌｉｃｅ", "ꓮlice", "Ꭺlice")
    ],
    *[("Carmen", "Carrnen"), ("Bo0", "BoO"), ("kim", "кіm"), ("Zoe", "Ζoe"), ("Иван", "Ивaн"), ("Νίκος", "Nίκος")],
]
DISTINCT = [
    *[("Ana", "Anna"), ("José", "Jose"), ("Müller", "Muller"), ("Alice", "Alice 2"), ("Alice 2", "Alice 3")],
    *[
        ("Иван", "Иванна"),
        ("Лена", "Лина"),
        ("王伟", "王偉"),
        ("Νίκος", "Νίκη"),
        ("محمد", "محمود"),
        ("さくら", "サクラ"),
    ],
    *[("🦊", "🦉"), ("...", "!!"), ("नमस्ते", "नमस्त"), ("กาน", "ก่าน"), ("Alice", "Alice 🦊")],
]


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_names_that_look_alike_have_one_skeleton(name: str, other: str) -> None:
    assert name_skeleton(other) == name_skeleton(name)


@pytest.mark.parametrize(("name", "other"), DISTINCT)
def test_names_that_look_different_have_different_skeletons(name: str, other: str) -> None:
    assert name_skeleton(other) != name_skeleton(name)


@given(st.text(max_size=40))
def test_skeleton_exists_for_every_text_and_depends_on_no_case(text: str) -> None:
    assert skeleton(text.casefold().upper()) == skeleton(text.casefold().upper())
    assert name_skeleton(text) or not text or not skeleton(text)


@pytest.mark.parametrize(
    "name",
    [
        *["Admin", "ADMIN", "ΑDMIN", "Аdmin", "Adm1n", "Adm|n", "4dmin", "Admin 1", "admin_", "a d m i n", "The Admin"],
        *[
            "Admin Bob",
            "Bob (Moderator)",
            "Moderator",
            "M0derator",
            "Parlor",
            "Parlor Team",
            "Bot",
            "B0t",
            "Bot (hard)",
            "机器人（简单）",
            "Host",
        ],
        *["Bot (hard)", "机器人（简单）", "机器人（中等）"],
        *["System", "Everyone", "@everyone", "@here", "ᴀᴅᴍɪɴ", "🅰dmin", "Admin 👍", "Official Support", "Robot 7"],
        *["Adṃin", "Ädmïn", "Moderátor Bob", "Admin\u0307"],
        *[
            "管理员",
            "管 理 员",
            "超级管理员",
            "管理员1",
            "小王管理员",
            "版主",
            "房主",
            "站长",
            "系统",
            "系统消息",
            "机器人",
            "官方客服",
            "管理員",
        ],
    ],
)
def test_names_that_speak_for_the_site_are_reserved(name: str) -> None:
    assert is_reserved(cleaned(name)[0])


@pytest.mark.parametrize(
    "name",
    ["Ali", "Abbott", "Botond", "Modesty", "Hereward", "Theo", "Oscar", "王伟", "林管", "Badmin", "Guest 7", "Лена"],
)
def test_names_of_people_are_not_reserved(name: str) -> None:
    assert not is_reserved(name)


@pytest.mark.parametrize(
    "name",
    [
        "علی\u200cرضا",
        "ශ්\u200dරී",
        "👨\u200d👩\u200d👧",
        "👩🏽\u200d💻",
        "❤\ufe0f\u200d🔥",
        "❤\ufe0f",
        "1\ufe0f\u20e3",
        "क्\u200dष",
    ],
)
def test_joiners_stay_where_a_script_or_an_emoji_needs_them(name: str) -> None:
    shown, folded = cleaned(name)
    assert shown == name
    assert folded == fold(name.replace("\u200c", "").replace("\u200d", "").replace("\ufe0f", ""))


@pytest.mark.parametrize("name", ["A\u200dna", "Ana\u200c", "\u200dAna", "An\u200c\u200da", "An\u200da", "Ana\ufe0f"])
def test_joiners_are_left_out_elsewhere(name: str) -> None:
    assert cleaned(name)[0] == "Ana"


def test_marks_on_a_letter_are_limited() -> None:
    shown = cleaned("Z" + "\u0300\u0301\u0302\u0303" * 20 + "o\u0336\u20dd")[0]
    assert sum(unicodedata.category(character)[0] == "M" for character in shown) == MARKS + 1


@pytest.mark.parametrize("badge", sorted(BADGES))
def test_badges_are_left_out_of_names(badge: str) -> None:
    assert cleaned(f"Alice {badge}")[0] == "Alice"
    with pytest.raises(RealtimeError, match="empty"):
        cleaned(badge)


def refused(name: str) -> tuple[int, str]:
    with pytest.raises(RealtimeError) as error:
        guest_create(name=name, face="", colour=0, device="", now=NOW)
    return error.value.code, str(error.value.args[0])


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["AIice", "Al|ce", "Аlice", "Alice\u0332", "Alice ✔", "Alice."])
def test_guest_is_refused_a_name_that_looks_like_another(name: str) -> None:
    account("Alice")
    assert refused(name) == (409, "name_taken")


@pytest.mark.django_db
def test_reserved_names_are_for_whoever_speaks_for_the_site() -> None:
    assert refused("Admin") == (422, "name_reserved")
    with pytest.raises(RealtimeError, match="name_reserved"):
        account_create(name="管理员", hashed="!", email="", colour=0, device="", now=NOW)
    gus = guest()
    with pytest.raises(RealtimeError, match="name_reserved"):
        person_change(pk=gus.pk, name="Moderator", face="", colour=0, now=NOW)
    User.objects.filter(pk=gus.pk).update(is_moderator=True)
    assert person_change(pk=gus.pk, name="Moderator", face="", colour=0, now=NOW).name == "Moderator"
    given = {"hashed": "!", "email": "", "colour": 0, "device": "", "now": NOW}
    assert admin_create(guest=None, name="Admin", **given).name == "Admin"  # type: ignore[arg-type]


@pytest.mark.django_db
def test_older_name_stays_valid_beside_its_look_alike() -> None:
    """Rows of the release before have no skeleton, and may look like another or speak for the site."""
    account("Alice")
    old = User.objects.create(name="Alісе", name_folded=fold("Alісе"))
    speaks = User.objects.create(name="Admin", name_folded="admin")
    assert person_change(pk=old.pk, name="Alісе", face="🦊", colour=1, now=NOW).face == "🦊"
    assert person_change(pk=speaks.pk, name="ADMIN", face="", colour=1, now=NOW).name == "ADMIN"


@pytest.mark.django_db
def test_absent_guest_makes_room_for_a_name_that_looks_alike() -> None:
    first = guest("Alice")
    assert guest_create(name="AIice", face="", colour=0, device="", now=NOW + FREE_AFTER_MS).name == "AIice"
    first.refresh_from_db()
    assert (first.name, first.skeleton) == ("Alice 2", look("Alice 2"))


@pytest.mark.django_db
def test_suggestion_differs_from_look_alikes() -> None:
    guest("Alice")
    guest("Аlice 2")
    with pytest.raises(RealtimeError) as error:
        guest("Alice")
    assert error.value.more["suggestion"] == "Alice 3"
    assert not is_reserved(name_suggestion("zh-hans")[0])


@pytest.mark.django_db
def test_forgotten_person_keeps_no_skeleton() -> None:
    ana = account("Alice")
    person_forget(user=ana, now=NOW)
    assert guest("Alice").skeleton == look("Alice")


@pytest.mark.django_db
def test_migration_fills_skeletons_and_passes_over_collisions() -> None:
    guests = [User.objects.create(name=n, name_folded=fold(n)) for n in ("Alісе", "AIice", "Bob", "Al|ce")]
    admin = User.objects.create(name="Alice", name_folded="alice", is_superuser=True)
    fill = importlib.import_module("accounts.migrations.0007_skeleton").fill
    fill(apps, SimpleNamespace(connection=connection))
    names = dict(User.objects.values_list("name", "skeleton"))
    assert names == {**{each.name: None for each in guests}, "Bob": look("Bob"), admin.name: look("Alice")}


@pytest.mark.django_db
def test_commands_find_people_by_the_name_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    account("Pass Paula")
    assert User.objects.get_by_natural_key("Pass Paula").name == "Pass Paula"
    assert User.objects.get(name_folded="PASS paula").name == "Pass Paula"
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "another long password")
    call_command("changepassword", "Pass Paula", stdout=StringIO())
    assert User.objects.get_by_natural_key("pass PAULA").check_password("another long password")
