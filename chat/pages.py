"""Build the pages of rooms and invites: the client's boot data and its texts."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import get_language

from accounts.forms import EnterForm
from accounts.login import user_of
from accounts.selectors import caller_of, counts_as_guest
from chat.models import Invite, Membership
from chat.rows import rows_of
from chat.selectors import access, own_rooms, rooms
from files.limits import for_client
from realtime import Caller, LogKey
from realtime.log import head_of, now_ms
from realtime.security import token_make

PEOPLE_NAMED: Final = 3
"""The landing text names at most so many people."""


def caller_of_request(request: HttpRequest) -> Caller | None:
    """Return the caller of a page, or None for a visitor and for a user who may not enter."""
    user = user_of(request)
    return caller_of(user) if user else None


def waiting_room_name(request: HttpRequest, key: str) -> str | None:
    """Return the name of the room in which the person waits for approval, or None."""
    waiting = Membership.objects.filter(
        user=request.user.pk, room__log__key=key, room__deleted_at=None, state=Membership.State.WAITING
    )
    return waiting.values_list("room__name", flat=True).first() if request.user.pk else None


def room_page(request: HttpRequest, key: LogKey, *, focus: int | None = None, **more: Any) -> HttpResponse:
    """Show the room, around a message or at its end. Raise 404 when the reader may not see it."""
    caller = caller_of_request(request)
    scopes = access.scopes_of(caller.id if caller else None, access.readable(caller, key))
    head = head_of(key)
    snapshot = rooms.snapshot(caller, key, scopes, head, around=focus)
    snapshot["head"] = {"o": head.o, "t": head.t, "n": head.n}
    if caller and request.session.get("room") != key:
        request.session["room"] = key
    return _page(request, "chat/room.html", caller, {"room": key, "focus": focus, "snapshot": snapshot}, **more)


def invite_page(request: HttpRequest, invite: Invite, **more: Any) -> HttpResponse:
    """Show an invite: the page of a public room, or only the name, topic and faces of a private one."""
    if invite.room.public:
        return room_page(request, LogKey(invite.room.log.key), invite=invite, **more)
    return _page(request, "chat/invite.html", caller_of_request(request), {}, invite=invite, **more)


def _page(
    request: HttpRequest,
    template: str,
    caller: Caller | None,
    boot: dict[str, Any],
    *,
    invite: Invite | None = None,
    form: EnterForm | None = None,
    next: str | None = None,
    status: int = 200,
) -> HttpResponse:
    language = language_of_page()
    reader: dict[str, Any] = {
        "user": {"id": caller.id, **caller.person, "guest": _guest(request.user)} if caller else None,
        "token": token_make(request.session.session_key or "") if caller else None,
        "csrf": get_token(request) if caller else None,
        "files": for_client(),
        "rooms": own_rooms.welcome(caller) if caller else [],
        "blocked": rooms.blocked_by(caller.pk) if caller else [],
        "socket": "/ws/",
        "language": language,
        "invite": _invite_shown(invite) if invite else None,
    }
    vocabulary = words(language)
    room = boot.get("room") or (invite.room.log.key if invite else None)
    landing = _landing(boot.get("snapshot"))
    context = {
        "boot": boot | reader,
        "rows": _rows(boot, vocabulary, reader["blocked"], caller),
        "may_write": bool(caller and "snapshot" in boot and _may_write(boot["snapshot"], reader["user"]["guest"])),
        "indexed": settings.SEARCH_ENGINES,
        "enter": None if caller else form or EnterForm.suggested(language, _colours(landing["people"])),
        "landing": landing,
        "next": next,
        "words": vocabulary,
        "guests_off": caller is None and rooms.guests_off(room),
    }
    return render(request, template, context, status=status)


def _rows(
    boot: dict[str, Any], vocabulary: dict[str, str], blocked: list[str], caller: Caller | None
) -> list[dict[str, Any]]:
    return rows_of(boot["snapshot"], vocabulary, blocked, caller.id if caller else None) if "snapshot" in boot else []


def _landing(snapshot: dict[str, Any] | None) -> dict[str, Any]:
    """Return the data for visitors who have not logged in: recent authors and the number of running games."""
    if snapshot is None:
        return {"people": [], "names": "", "games": 0}
    authors = dict.fromkeys(message["by"] for message in reversed(snapshot["lines"]) if message["by"])
    people = [snapshot["people"][user] for user in authors if user in snapshot["people"]]
    matches = snapshot["parts"].get("matches", {})
    playing = sum(match["state"] == "playing" for match in matches.values())
    names = ", ".join(person["name"] for person in people[:PEOPLE_NAMED])
    return {"people": [_face_of(person) for person in people], "names": names, "games": playing}


def _colours(people: list[dict[str, Any]]) -> list[int]:
    return [person["colour"] for person in people]


def _may_write(snapshot: dict[str, Any], guest: bool) -> bool:
    """Return whether to leave room for the composer, so that the page does not jump. The client decides in the end."""
    room, me = snapshot["room"], snapshot["me"] or {}
    if room.get("unanswered") and any(message["kind"] == "text" for message in snapshot["lines"]):
        return False
    held = room["rules"]["locked"] or (room["rules"]["guests_off"] and guest)
    return bool(room["role"] and not me.get("muted") and not me.get("warning") and not (held and not room["rank"]))


def _guest(user: Any) -> bool:
    """Tell whether the rules for guests apply to the user."""
    return counts_as_guest(user.password, user.account_at, now_ms())


def _invite_shown(invite: Invite) -> dict[str, Any]:
    facts = {"name": invite.room.name, "topic": invite.room.topic, "public": invite.room.public}
    faces = [_face_of(person) for person in rooms.faces(invite.room.pk).values()]
    return {"code": invite.code, "room": facts, "people": faces}


def _face_of(person: dict[str, Any]) -> dict[str, Any]:
    """Return the emoji or the initial, and the colour, but no name, because a private room shows none to visitors."""
    face = person["face"]
    return {"face": face, "initial": "" if face else person["name"][0], "colour": person["colour"]}


def language_of_page() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def words(language: str) -> Any:
    """Return the client's texts in a language, or of a path such as `live/en`. With DEBUG they are read each time."""
    return _words(language) if not settings.DEBUG else _words.__wrapped__(language)


@lru_cache
def _words(language: str) -> Any:
    return json.loads(Path(str(finders.find(f"words/{language}.json"))).read_text("utf-8"))


def see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
