"""Selectors of sanctions, reports and the audit log. Each method checks who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.selectors import FOREVER, person_of
from chat.models import Membership, Revision
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.messages import page_after, page_before
from chat.types import RoomAccess
from moderation import protocol
from moderation.models import Audit, Report, Sanction
from realtime import Caller, LogKey, RoomParams, Scopes, method, not_found
from realtime.log import now_ms
from realtime.models import Event

LISTED: Final = 100
AROUND: Final = 10
"""The number of messages on each side of a reported one."""
DAY: Final = 24 * 60 * 60 * 1000


def side_of(sanction: Sanction) -> str:
    """Return the side that decided, `host` or `site`. Everybody may know it."""
    return "host" if sanction.rank == Rank.HOST else "site"


def sanction_to_person(sanction: Sanction) -> dict[str, Any]:
    """Return a sanction as its person sees it: the side that decided, but no name."""
    data = sanction_as(sanction)
    return {**data, "by": None, "lifted": data["lifted"] and {**data["lifted"], "by": None}}


def sanction_as(sanction: Sanction) -> dict[str, Any]:
    """Return a sanction on the wire (docs/protocol.md)."""
    lifted = {"by": _key(sanction.lifted_by), "at": sanction.lifted_at, "reason": sanction.lifted_reason}
    appeal = {"text": sanction.appeal, "at": sanction.appealed_at, "answer": sanction.answer or None}
    return {
        "sanction": sanction.key,
        "kind": sanction.kind,
        "site": sanction.room_id is None,
        "user": sanction.user.key,
        "by": _key(sanction.by),
        "side": side_of(sanction),
        "at": sanction.at,
        "until": sanction.until,
        "reason": sanction.reason,
        "rule": sanction.rule,
        "o": sanction.offset,
        "removed": len(msgspec.json.decode(sanction.removed)),
        "lifted": lifted if sanction.lifted_at else None,
        "acknowledged_at": sanction.acknowledged_at,
        "appeal": appeal if sanction.appealed_at else None,
    }


def sanction_find(room: int, key: str) -> Sanction:
    """Return a sanction of this room or of the site, locked, or raise 404. Two rooms may handle one of the site."""
    rows = _sanctions().select_for_update(of=("self",))
    found = rows.filter(Q(room=room) | Q(room=None), key=key).first()
    if found is None:
        raise not_found("no such sanction")
    return found


def longest_active(user: int, room: int | None, kind: str, now: int) -> Sanction | None:
    """Return the active sanction of this kind in this place. Of several, the one that lasts longest."""
    active = _sanctions().filter(user=user, room=room, kind=kind, lifted_at=None)
    return active.filter(is_running(now)).order_by(F("until").desc(nulls_first=True), "-pk").first()


def active_on_site(user: int, now: int) -> list[Sanction]:
    """Return the active bans and mutes of a person on the site."""
    active = _sanctions().filter(user=user, room=None, kind__in=["ban", "mute"], lifted_at=None)
    return list(active.filter(is_running(now)).order_by("pk"))


@dataclass(frozen=True, slots=True)
class ActiveSanctions:
    """The active sanctions of a person in one place, as the columns store them that every request checks."""

    banned_until: int = 0
    muted_until: int = 0
    warned: str = ""
    was: str = ""
    """The role that the latest ban or kick ended."""


def active_sanctions(user: int, room: int | None, now: int) -> ActiveSanctions:
    """Return the active sanctions in a room, or on the site. A warning on the site counts in every room."""
    mine = Sanction.objects.filter(Q(room=room) | Q(room=None, kind="warn"), user=user, lifted_at=None)
    rows = list(mine.filter(is_running(now)).order_by("pk"))
    exclusions = [row for row in rows if row.kind in {"kick", "ban"}]
    return ActiveSanctions(
        banned_until=max((row.until or FOREVER for row in exclusions), default=0),
        muted_until=max((row.until or FOREVER for row in rows if row.kind == "mute"), default=0),
        warned=next((row.key for row in reversed(rows) if row.kind == "warn"), ""),
        was=next((row.was for row in reversed(exclusions) if row.was), ""),
    )


def is_running(now: int) -> Q:
    """Return the condition that a sanction is not over. A warning is over when it is acknowledged."""
    timed = Q(until=None) | Q(until__gt=now)
    return (timed & ~Q(kind="warn")) | Q(kind="warn", acknowledged_at=None)


@method("sanction.list", RoomParams, lane="read", cost=4)
def sanction_list(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return the sanctions in force in a room and those of the last day; a moderator also gets those of the site."""
    room_access = access.ranked(caller, room, "sanction.list", archived=True)
    now = now_ms()
    place = Q(room=room_access.room)
    if room_access.rank >= Rank.MODERATOR:
        place |= Q(room=None)
    rows = list(_sanctions().filter(place).filter(is_running(now) | Q(at__gt=now - DAY)).order_by("-at")[:LISTED])
    return {"sanctions": [sanction_as(row) for row in rows], "people": _people(rows, "user", "by", "lifted_by")}


def own_sanctions(user: int, room_access: RoomAccess | None) -> dict[str, Any] | None:
    """Return `{muted, warning, waiting}` of the reader, or None. When all is empty, no query is made."""
    if room_access is None:
        return None
    now = now_ms()
    muted = max(room_access.muted_until, room_access.muted_on_site) > now
    if not (muted or room_access.warned or room_access.waiting):
        return None
    on_site = room_access.muted_on_site > now
    mute = longest_active(user, None if on_site else room_access.room, "mute", now) if muted else None
    warning = _sanctions().filter(key=room_access.warned).first() if room_access.warned else None
    until = max(room_access.muted_until, room_access.muted_on_site)
    return {
        "muted": _mute_as(mute, on_site, until) if muted else None,
        "warning": _warning_as(warning) if warning else None,
        "waiting": room_access.waiting,
    }


def _mute_as(mute: Sanction | None, on_site: bool, until: int) -> dict[str, Any]:
    return {
        "sanction": mute.key if mute else None,
        "until": until if until < FOREVER else None,
        "by": side_of(mute) if mute else "site" if on_site else "host",
        "reason": mute.reason if mute else "",
        "rule": mute.rule if mute else "",
        "appealed": bool(mute and mute.appealed_at),
    }


def _warning_as(warning: Sanction) -> dict[str, Any]:
    details = {"reason": warning.reason, "rule": warning.rule, "o": warning.offset}
    return {"sanction": warning.key, "by": side_of(warning), **details}


# Reports


def report_as(report: Report) -> dict[str, Any]:
    return {
        "report": report.key,
        "o": report.offset,
        "by": report.by.key,
        "at": report.at,
        "reason": report.reason,
        "rule": report.rule,
        "user": _key(report.user),
        "state": report.state,
        "closed": {"by": _key(report.closed_by), "at": report.closed_at} if report.closed_at else None,
    }


def report_find(room_access: RoomAccess, reader: int, key: str) -> Report:
    found = _reports_for(room_access, reader).filter(key=key).first()
    if found is None:
        raise not_found("no such report")
    return found


@method("report.list", RoomParams, lane="read", cost=4)
def report_list(*, caller: Caller, room: LogKey) -> dict[str, Any]:
    """Return the open reports of a room, then those closed within the last day."""
    room_access, reader = access.ranked(caller, room, "report.list", archived=True), caller.pk
    recent = Q(state=Report.State.OPEN) | Q(closed_at__gt=now_ms() - DAY)
    rows = list(_reports_for(room_access, reader).filter(recent).order_by("-at")[:LISTED])
    rows.sort(key=lambda row: row.state != Report.State.OPEN)
    return {"reports": [report_as(row) for row in rows], "people": _people(rows, "user", "by", "closed_by")}


@method("report.read", protocol.ReportRead, lane="read", cost=4)
def report_read(*, caller: Caller, room: LogKey, report: str) -> dict[str, Any]:
    """Return a report with the messages around it."""
    room_access = access.ranked(caller, room, "report.read", archived=True)
    return report_with_messages(report_find(room_access, caller.pk, report), access.scopes_of(caller.id, room_access))


def report_with_messages(report: Report, scopes: Scopes) -> dict[str, Any]:
    """Return a report, with the messages around it that this reader may see. `was` is the data of a deleted message."""
    log, o = report.room.log_id, report.offset
    older, newer = page_before(log, scopes, o + 1, AROUND + 1), page_after(log, scopes, o, AROUND)
    around = older["lines"] + newer["lines"]
    removed = [message["o"] for message in around if message["removed"]]
    was = {row.offset: _was(row.data) for row in Revision.objects.filter(log=log, offset__in=removed).order_by("pk")}
    people = older["people"] | newer["people"] | _people([report], "user", "by", "closed_by")
    messages = [message | {"was": was.get(message["o"])} for message in around]
    return {"report": report_as(report), "lines": messages, "people": people}


def _was(data: str) -> Any:
    return msgspec.json.decode(data)


# Audit


@method("audit.list", protocol.AuditList, lane="read", cost=4)
def audit_list(*, caller: Caller, room: LogKey, before: int | None = None) -> dict[str, Any]:
    """Return a page of a room's audit log, the newest entries first."""
    room_access = access.ranked(caller, room, "audit.list", archived=True)
    rows = Audit.objects.filter(room=room_access.room).select_related("by", "user").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: LISTED + 1])
    entries = [_entry_as(row) for row in found[:LISTED]]
    return {"entries": entries, "people": _people(found[:LISTED], "user", "by"), "before": len(found) > LISTED}


def _entry_as(entry: Audit) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at,
        "by": _key(entry.by),
        "by_rank": entry.rank,
        "act": entry.act,
        "user": _key(entry.user),
        "o": entry.offset,
        "reason": entry.reason,
        "rule": entry.rule,
        "detail": msgspec.json.decode(entry.detail),
        "undone": entry.undone,
    }


def person_find(key: str) -> User:
    found = User.objects.filter(key=key).first()
    if found is None:
        raise not_found("no such person")
    return found


def refuse_stranger(room_access: RoomAccess, person: User) -> None:
    """Raise 404 for a person who never was in the room, wrote there or asked to join: hosts cannot sanction them."""
    if not was_there(room_access.room, room_access.log, person):
        raise not_found("no such person here")


def was_there(room: int, log: int, person: User) -> bool:
    """Return whether a person is or was in a room, wrote there or asked to join. A ban alone does not count."""
    known = Membership.objects.filter(room=room, user=person).exclude(state=Membership.State.BANNED).exists()
    return known or Event.objects.filter(log=log, actor=person.key).exists()


def membership_find(room: int, user: int) -> Membership | None:
    return Membership.objects.filter(room=room, user=user).select_related("via", "user", "room__log").first()


def _sanctions() -> "QuerySet[Sanction]":
    return Sanction.objects.select_related("user", "by", "lifted_by", "room__log")


def _reports_for(room_access: RoomAccess, reader: int) -> "QuerySet[Report]":
    """Return the reports of a room that a rank may read, except those about the reader."""
    rows = Report.objects.select_related("user", "by", "closed_by", "room")
    return rows.filter(room=room_access.room, rank__lte=room_access.rank).exclude(user=reader)


def _key(user: User | None) -> str | None:
    return user.key if user else None


def _people(rows: Iterable[Any], *names: str) -> dict[str, Any]:
    users = [user for row in rows for name in names if (user := getattr(row, name))]
    return {user.key: person_of(user) for user in users}
