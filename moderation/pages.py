"""The pages of moderation: the page of a ban, and the live page."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from chat.models import Room
from chat.pages import language_of_page, words
from moderation.models import Sanction
from moderation.selectors.sanctions import longest_active, sanction_as, was_there
from realtime.log import now_ms
from realtime.security import token_make


def ban_page(request: HttpRequest, key: str | None) -> HttpResponse | None:
    """Return the page for a ban from this room, or without a key from the site; None where there is no ban."""
    ban = site_ban(request) if key is None else room_ban(request, key)
    return banned_page(request, ban, key) if ban else None


def site_ban(request: HttpRequest) -> Sanction | None:
    """Return the ban of the user from the site, or None."""
    user = request.user
    if not isinstance(user, User) or user.banned_until <= now_ms():
        return None
    return longest_active(user.pk, None, "ban", now_ms())


def room_ban(request: HttpRequest, key: str) -> Sanction | None:
    """Return the ban or kick of the user from a room. Return None for a deleted room, or one they never were in."""
    user, room = request.user, Room.objects.filter(log__key=key, deleted_at=None).first()
    if not isinstance(user, User) or room is None:
        return None
    ban = longest_active(user.pk, room.pk, "ban", now_ms()) or longest_active(user.pk, room.pk, "kick", now_ms())
    return ban if ban and was_there(room.pk, room.log_id, user) else None


def banned_page(
    request: HttpRequest, ban: Sanction, key: str | None, *, problem: str = "", text: str | None = None
) -> HttpResponse:
    """Return the page of a ban: its side, reason and end, and the form of the one appeal."""
    context = {
        "sanction": sanction_as(ban),
        "room": ban.room.name if ban.room else None,
        "until": ban.until and datetime.fromtimestamp(ban.until / 1000, UTC),
        "appeal_url": reverse("room_appeal", kwargs={"key": key}) if key else reverse("appeal"),
        "problem": problem,
        "text": text or "",
    }
    return render(request, "moderation/banned.html", context, status=403)


def live_page(request: HttpRequest, user: User) -> HttpResponse:
    """Return the page with the status of the process that serves its connection."""
    language = language_of_page()
    boot = {
        "user": user.key,
        "token": token_make(request.session.session_key or ""),
        "socket": "/ws/",
        "admin": user.is_staff,
    }
    return render(request, "live/live.html", {"boot": boot, "words": words(f"live/{language}")})
