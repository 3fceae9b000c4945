"""The parts of a page: the boot data of the client, and its words."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from accounts.forms import EnterForm
from accounts.login import user_of
from accounts.selectors import caller_of, counts_as_guest
from chat.models import Invite, Membership
from chat.rows import rows_of
from chat.selectors import access, own_rooms, rooms
from realtime import Caller, LogKey
from realtime.log import head_of, now_ms
from realtime.security import token_make

PEOPLE_NAMED: Final = 3
"""The entry form names so many people."""


def caller_of_request(request: HttpRequest) -> Caller | None:
    """Return the caller of a page, or None for a visitor."""
    user = user_of(request)
    return caller_of(user) if user else None


def waiting_room_name(request: HttpRequest, key: str) -> str | None:
    """Return the name of the private room for which the person waits, or None."""
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
    """Show an invite, with the page of a public room, or only name, topic and faces of a private one."""
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
    who: dict[str, Any] = {
        "user": {"id": caller.id, **caller.person, "guest": _guest(request.user)} if caller else None,
        "token": token_make(request.session.session_key or "") if caller else None,
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
        "boot": boot | who,
        "rows": rows_of(boot["snapshot"], vocabulary, who["blocked"]) if "snapshot" in boot else [],
        "may_write": bool(caller and "snapshot" in boot and _may_write(boot["snapshot"], who["user"]["guest"])),
        "indexed": settings.SEARCH_ENGINES,
        "enter": None if caller else form or EnterForm.suggested(language, _colours(landing["people"])),
        "landing": landing,
        "next": next,
        "words": vocabulary,
        "guests_off": caller is None and rooms.guests_off(room),
    }
    return render(request, template, context, status=status)


def _landing(snapshot: dict[str, Any] | None) -> dict[str, Any]:
    """Return what a visitor reads before they have a name: who was here last, how many games are going on."""
    if snapshot is None:
        return {"people": [], "names": "", "games": 0}
    said_by = dict.fromkeys(line["by"] for line in reversed(snapshot["lines"]) if line["by"])
    people = [snapshot["people"][user] for user in said_by if user in snapshot["people"]]
    matches = snapshot["parts"].get("matches", {})
    playing = sum(match["state"] == "playing" for match in matches.values())
    names = ", ".join(person["name"] for person in people[:PEOPLE_NAMED])
    return {"people": [_face_of(person) for person in people], "names": names, "games": playing}


def _colours(people: list[dict[str, Any]]) -> list[int]:
    return [person["colour"] for person in people]


def _may_write(snapshot: dict[str, Any], guest: bool) -> bool:
    """Return whether the composer will stand there, so that its place is kept; the client decides."""
    room, me = snapshot["room"], snapshot["me"] or {}
    if room.get("unanswered") and any(line["kind"] == "text" for line in snapshot["lines"]):
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
    """Return emoji or initial, and colour. Names of people in a private room are not sent."""
    face = person["face"]
    return {"face": face, "initial": "" if face else person["name"][0], "colour": person["colour"]}


def language_of_page() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def words(language: str) -> Any:
    """Return the words of the client in a language, or of `live/<language>`. In development they are read each time."""
    return _words(language) if not settings.DEBUG else _words.__wrapped__(language)


@lru_cache
def _words(language: str) -> Any:
    return json.loads(Path(str(finders.find(f"words/{language}.json"))).read_text("utf-8"))


def see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
