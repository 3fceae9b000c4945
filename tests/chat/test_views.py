"""The pages: who sees what, and the way in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db.models import Q
from django.test import Client

from accounts.models import User
from accounts.services.people import users_seen
from chat.models import Invite, Membership, Room
from chat.services.rooms import lounge
from chat.templatetags.room_names import shown_name
from realtime.log import now_ms
from realtime.security import token_fits
from realtime.types import Caller, LogKey
from tests.actions import act, again, ask, guest, post, room
from tests.queries import queries

pytestmark = pytest.mark.django_db


def entered(client: Client, name: str = "Ana", **more: str) -> Any:
    return client.post("/enter/", {"name": name, "face": "🦦", "colour": "3", "next": "/", **more})


def caller_named(name: str) -> Caller:
    return again(User.objects.get(name=name))


@pytest.fixture
def ana(client: Client) -> Caller:
    entered(client)
    return caller_named("Ana")


@pytest.fixture
def host() -> Caller:
    return guest("Holly")


def invited(host: Caller, key: LogKey, **limits: int | None) -> Invite:
    act(host, "invite.create", room=key, **{"expires_ms": None, "uses": None, **limits})
    return Invite.objects.filter(room__log__key=key).select_related("room__log").latest("pk")


def test_visitor_sees_the_lounge_and_a_free_name(client: Client) -> None:
    page = client.get("/")
    boot = page.context["boot"]
    assert (page.status_code, boot["user"], boot["token"], boot["rooms"]) == (200, None, None, [])
    assert boot["snapshot"]["room"]["lounge"] is True
    assert page.context["enter"]["name"].value()
    assert page.context["words"]


def test_looking_leaves_no_login_session_and_link_previews_may_ask(client: Client) -> None:
    assert settings.SESSION_COOKIE_NAME not in client.get("/").cookies
    assert client.head("/").status_code == 200
    assert client.get("/enter/").status_code == 405


def test_entering_makes_a_guest_who_is_in_the_lounge_and_stays(client: Client) -> None:
    answer = entered(client)
    assert (answer.status_code, answer["Location"]) == (303, "/")
    page = client.get("/", follow=True)
    boot = page.context["boot"]
    user = User.objects.get()
    assert boot["user"] == {
        "id": user.key,
        "name": "Ana",
        "face": "🦦",
        "colour": 3,
        "rev": 1,
        "picture": "",
        "badge": "guest",
        "guest": True,
    }
    assert [room["lounge"] for room in boot["rooms"]] == [True]
    assert token_fits(boot["token"], client.session.session_key or "")
    assert page.redirect_chain == [(f"/r/{lounge().log.key}/", 302)]


def test_cookies_are_kept_from_scripts_and_last_a_year(client: Client) -> None:
    cookies = entered(client).cookies
    for name in (settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME):
        assert (cookies[name]["httponly"], cookies[name]["samesite"], cookies[name]["max-age"]) == (
            True,
            "Lax",
            365 * 86400,
        )


def test_device_is_the_same_for_the_next_guest_of_this_browser(client: Client) -> None:
    entered(client, "Ana")
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    entered(client, "Ben")
    assert len(set(User.objects.values_list("device", flat=True))) == 1
    client.cookies.clear()
    entered(client, "Eve")
    devices = set(User.objects.values_list("device", flat=True))
    assert (len(devices), "" in devices) == (2, False)


def test_forged_device_cookie_is_ignored(client: Client) -> None:
    client.cookies[settings.DEVICE_COOKIE_NAME] = "forged"
    assert entered(client).status_code == 303
    assert client.cookies[settings.DEVICE_COOKIE_NAME].value != "forged"


@pytest.mark.parametrize(
    ("name", "status"), [("", 422), (" \u200b", 422), ("x" * 33, 422), ("x" * 2000, 422), ("HOLLY", 409), ("Host", 422)]
)
def test_invalid_name_shows_the_page_again_with_the_reason(
    client: Client, host: Caller, name: str, status: int
) -> None:
    page = entered(client, name, next="/")
    assert page.status_code == status
    assert page.context["enter"].errors["name"]
    assert page.context["boot"]["snapshot"]["room"]["lounge"]
    assert User.objects.count() == 1


def test_taken_name_is_replaced_by_a_free_one(client: Client, host: Caller) -> None:
    page = entered(client, "holly")
    assert page.context["enter"]["name"].value() == "holly 2"
    assert entered(client, "holly 2").status_code == 303


def test_entry_form_says_a_taken_name_and_a_free_one(client: Client, host: Caller) -> None:
    assert host.person["name"] == "Holly"
    assert "“Holly” is taken. How about “Holly 2”?" in entered(client, " Holly ").content.decode()


@pytest.mark.parametrize("closed", ["lounge", "room"])
def test_entry_form_says_that_guests_are_blocked_before_anything_is_typed(
    client: Client, host: Caller, closed: str
) -> None:
    key = room(host)
    lounge()
    assert "enter-form" in client.get(f"/r/{key}/").content.decode()
    Room.objects.filter(Q(lounge=True) if closed == "lounge" else Q(log__key=key)).update(guests_off=True)
    page = unescape(client.get(f"/r/{key}/").content.decode())
    assert "Guests can't join right now" in page
    assert "enter-form" not in page


def test_lounge_is_named_in_the_language_of_the_page_until_it_is_renamed(client: Client) -> None:
    page = client.get("/", follow=True, headers={"accept-language": "zh-hans"}).content.decode()
    assert '<h1 id="room-name" dir="auto">大厅</h1>' in page
    assert shown_name({"name": "Garden", "lounge": True}) == "Garden"
    assert shown_name({"name": "Lounge", "lounge": False}) == "Lounge"


@pytest.mark.parametrize("more", [{"face": "<b>"}, {"colour": "99"}, {"colour": "red"}, {"face": "x" * 99}])
def test_forged_face_creates_no_guest(client: Client, more: dict[str, str]) -> None:
    answer = entered(client, **more)
    assert answer.status_code in {303, 422}
    assert all(user.colour < 12 and user.face in {"", "🦦"} for user in User.objects.all())


def test_entering_twice_makes_one_guest(client: Client) -> None:
    assert [entered(client).status_code, entered(client, "Ben").status_code] == [303, 303]
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example", ""]
)
def test_entering_leads_to_no_foreign_place(client: Client, next: str) -> None:
    assert entered(client, next=next)["Location"] == f"/r/{lounge().log.key}/"


def test_entering_from_a_public_room_joins_it(client: Client, host: Caller) -> None:
    key = room(host)
    assert entered(client, next=f"/r/{key}/@1")["Location"] == f"/r/{key}/@1"
    assert set(Membership.objects.filter(user__name="Ana").values_list("room__log__key", flat=True)) == {
        key,
        lounge().log.key,
    }


def test_entering_needs_the_forms_own_token() -> None:
    assert entered(Client(enforce_csrf_checks=True)).status_code == 403


def test_private_room_and_absent_room_are_alike(client: Client, host: Caller) -> None:
    hidden = room(host, public=False)
    assert entered(client, next=f"/r/{hidden}/").status_code == 303
    assert not Membership.objects.filter(user__name="Ana", room__log__key=hidden).exists()
    pages = [client.get(f"/r/{key}/") for key in (hidden, "A" * 16)]
    assert [page.status_code for page in pages] == [404, 404]
    scrubbed = {re.sub(rb"[A-Za-z0-9]{16,}", b"", page.content) for page in pages}
    assert len(scrubbed) == 1


def test_visitor_reads_public_rooms_and_no_private_room(client: Client, host: Caller) -> None:
    key = room(host)
    post(host, key, "for all")
    page = client.get(f"/r/{key}/")
    assert page.context["boot"]["snapshot"]["lines"][-1]["data"] == {"text": "for all"}
    assert client.get(f"/r/{room(host, public=False)}/").status_code == 404


def test_permalink_opens_the_room_around_its_message(client: Client, ana: Caller) -> None:
    key = room(ana)
    for n in range(60):
        post(ana, key, str(n))
    boot = client.get(f"/r/{key}/@20").context["boot"]
    offsets = [line["o"] for line in boot["snapshot"]["lines"]]
    assert (boot["focus"], offsets) == (20, list(range(1, 41)))
    assert (boot["snapshot"]["before"], boot["snapshot"]["after"]) == (False, True)


def test_permalink_beyond_the_last_message_opens_the_end_and_can_be_paged(client: Client, ana: Caller) -> None:
    key = room(ana)
    focus = client.get(f"/r/{key}/@{10**30}").context["boot"]["focus"]
    assert ask(ana, "history.page", room=key, around=focus)["lines"][-1]["o"] == 1


def test_home_leads_back_to_the_last_room_while_it_may_be_read(client: Client, ana: Caller, host: Caller) -> None:
    key = room(host)
    client.get(f"/r/{key}/")
    assert client.get("/")["Location"] == f"/r/{key}/"
    act(host, "room.change", room=key, name="x", topic="", public=False)
    assert client.get("/")["Location"] == f"/r/{lounge().log.key}/"


def test_user_text_cannot_break_out_of_the_page(client: Client, host: Caller) -> None:
    key = room(host)
    post(host, key, "</script><script>alert(1)</script>")
    assert b"<script>alert" not in client.get(f"/r/{key}/").content


def test_invite_to_private_room_shows_name_topic_and_faces_only(client: Client) -> None:
    host = guest("Zora")
    key = room(host, public=False, name="Secret garden")
    post(host, key, "marker-text")
    page = client.get(f"/i/{invited(host, key).code}")
    boot = page.context["boot"]
    assert boot["invite"]["room"] == {"name": "Secret garden", "topic": "", "public": False}
    assert boot["invite"]["people"] == [{"face": "", "initial": "Z", "colour": 0}]
    assert b"marker-text" not in page.content
    assert b"Zora" not in page.content
    assert key.encode() not in page.content


def test_invite_to_public_room_shows_the_room(client: Client, host: Caller) -> None:
    key = room(host)
    page = client.get(f"/i/{invited(host, key).code}")
    assert page.context["boot"]["snapshot"]["room"]["key"] == key
    assert page.context["boot"]["invite"]["room"]["public"] is True


def test_entering_by_an_invite_joins_its_room_and_is_remembered(client: Client, host: Caller) -> None:
    key = room(host, public=False)
    link = invited(host, key, uses=1)
    answer = entered(client, invite=link.code)
    assert (answer.status_code, answer["Location"]) == (303, f"/r/{key}/")
    assert Membership.objects.get(user__name="Ana", room__log__key=key).via == link
    assert Membership.objects.filter(user__name="Ana").count() == 2
    assert entered(Client(), "Ben", invite=link.code).status_code == 410
    assert not User.objects.filter(name="Ben").exists()


def test_refused_name_shows_the_invite_again(client: Client, host: Caller) -> None:
    link = invited(host, room(host, public=False))
    page = entered(client, "Holly", invite=link.code)
    assert (page.status_code, page.context["boot"]["invite"]["code"]) == (409, link.code)


def test_logged_in_person_joins_by_a_button(client: Client, ana: Caller, host: Caller) -> None:
    key = room(host, public=False)
    link = invited(host, key, uses=1)
    assert client.get(f"/i/{link.code}").context["enter"] is None
    for _ in range(2):
        assert client.post(f"/i/{link.code}/join")["Location"] == f"/r/{key}/"
    assert Membership.objects.filter(user__name="Ana", room__log__key=key).count() == 1
    assert client.get(f"/i/{link.code}")["Location"] == f"/r/{key}/"


def test_used_up_invite_leads_its_member_back_to_the_room(client: Client, host: Caller) -> None:
    key = room(host, public=False)
    link = invited(host, key, uses=1)
    entered(client, invite=link.code)
    assert client.get(f"/i/{link.code}")["Location"] == f"/r/{key}/"
    assert client.post(f"/i/{link.code}/join")["Location"] == f"/r/{key}/"
    assert entered(client, invite=link.code)["Location"] == f"/i/{link.code}"
    assert User.objects.filter(name="Ana").count() == 1


@pytest.mark.parametrize("limits", [{"uses": 1}, {"expires_ms": 1}, {"revoked": 1}])
def test_page_of_ended_invite_says_so(client: Client, ana: Caller, host: Caller, limits: dict[str, int]) -> None:
    link = invited(host, room(host, public=False))
    Invite.objects.update(
        uses=1,
        max_uses=limits.get("uses"),
        expires_at=limits.get("expires_ms"),
        revoked_at=limits.get("revoked"),
    )
    answers = [client.get(f"/i/{link.code}"), client.post(f"/i/{link.code}/join"), client.get(f"/i/{link.code}/qr.svg")]
    assert [answer.status_code for answer in answers] == [410, 410, 410]


@pytest.mark.parametrize("address", ["/i/AAAAAAAAAAAAAAAAAAAAAA", "/i/AAAAAAAAAAAAAAAAAAAAAA/qr.svg", "/r/nowhere/@3"])
def test_absent_pages_are_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_qr_code_is_a_picture_of_the_link(client: Client, host: Caller) -> None:
    answer = client.get(f"/i/{invited(host, room(host)).code}/qr.svg")
    assert (answer["Content-Type"], b"<svg" in answer.content) == ("image/svg+xml", True)


def test_token_needs_a_login_and_is_never_cached(client: Client) -> None:
    assert client.get("/realtime/token").status_code == 401
    entered(client)
    answer = client.get("/realtime/token")
    assert answer.json()["user"] == User.objects.get().key
    assert token_fits(answer.json()["token"], client.session.session_key or "")
    assert "no-store" in answer["Cache-Control"]


def test_deactivated_account_is_a_visitor(client: Client, ana: Caller) -> None:
    User.objects.update(is_active=False)
    assert client.get("/realtime/token").status_code == 401
    assert client.get("/").context["boot"]["user"] is None


COOKIES = {settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME}


def test_being_seen_is_written_and_both_cookies_are_renewed_once_a_day(client: Client, ana: Caller) -> None:
    assert not COOKIES & set(client.get("/realtime/token").cookies)
    User.objects.update(seen_at=1)
    cookies = client.get("/realtime/token").cookies
    assert [cookies[name]["max-age"] for name in COOKIES] == [365 * 86400] * 2
    assert User.objects.get().seen_at > 1
    assert not COOKIES & set(client.get("/realtime/token").cookies)


def test_cookies_are_renewed_for_people_seen_at_a_connection(client: Client, ana: Caller) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=False):
        users_seen([ana.pk], now_ms())
        assert set(client.get("/realtime/token").cookies) >= COOKIES
        assert not COOKIES & set(client.get("/realtime/token").cookies)


def test_renewed_device_cookie_is_the_same_and_none_is_invented(client: Client, ana: Caller) -> None:
    device, _, _ = client.cookies[settings.DEVICE_COOKIE_NAME].value.partition(":")
    User.objects.update(seen_at=1)
    assert client.get("/").cookies[settings.DEVICE_COOKIE_NAME].value.partition(":")[0] == device
    for left in ("forged", None):
        client.cookies[settings.DEVICE_COOKIE_NAME] = left or ""
        User.objects.update(seen_at=1)
        assert settings.DEVICE_COOKIE_NAME not in client.get("/").cookies


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_uses_the_language_of_the_reader(client: Client, language: str) -> None:
    client.post("/language/", {"language": language})
    page = client.get("/")
    assert page.context["boot"]["language"] == language
    assert f'lang="{language}"'.encode() in page.content.lower()


def test_room_page_takes_eleven_queries_at_any_length(
    client: Client, ana: Caller, grown: Callable[[LogKey, int], None]
) -> None:
    key = room(ana)
    client.get(f"/r/{key}/")
    for lines in (100, 10_000):
        grown(key, lines)
        with queries() as asked:
            client.get(f"/r/{key}/")
        assert len([sql for sql in asked if "sample_word" not in sql]) == 11


def test_invite_of_member_ends_when_the_room_becomes_private(client: Client, host: Caller) -> None:
    key = room(host)
    member = guest("Member")
    act(member, "room.join", room=key)
    theirs, ours = invited(member, key), invited(host, key)
    act(host, "room.change", room=key, name="Closed", topic="", public=False)
    assert client.get(f"/i/{theirs.code}").status_code == 410
    assert client.get(f"/i/{ours.code}").status_code == 200


def test_second_click_on_join_leads_into_the_room(client: Client, ana: Caller, host: Caller) -> None:
    key = room(host)
    link = invited(host, key, uses=1)
    answers = [client.post(f"/i/{link.code}/join") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]


@pytest.mark.parametrize("field", ["name", "face", "colour", "next", "invite"])
def test_nul_in_a_form_is_told_and_stored_nowhere(client: Client, field: str) -> None:
    given = {"name": "Ana", "face": "🦦", "colour": "3", "next": "/", field: "a\0b"}
    assert client.post("/enter/", given).status_code in {303, 404, 422}


def test_room_page_links_moderators_to_their_pages(client: Client, ana: Caller) -> None:
    key = room(ana)
    assert b'href="/live/"' not in client.get(f"/r/{key}/").content
    User.objects.filter(pk=ana.pk).update(is_moderator=True)
    page = client.get(f"/r/{key}/").content
    assert (b'href="/live/"' in page, b'href="/admin/"' in page) == (True, False)
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    assert b'href="/admin/"' in client.get(f"/r/{key}/").content
