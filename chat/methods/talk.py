"""Rooms, invites and lines (docs/protocol.md, "Requests"): each method calls one service and shapes its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chat import plugin, protocol
from chat.parsing import understood
from chat.plugin import Author
from chat.rendering import rendered
from chat.selectors import access, rooms
from chat.selectors import messages as message_selectors
from chat.selectors.access import RoomAccesses
from chat.services import closing, invites, memberships, messages
from chat.services import rooms as room_services
from chat.text import light, written
from realtime.errors import forbidden
from realtime.log import Batch, head_of
from realtime.methods import Call, Method, room_and_site, site_only
from realtime.types import UNSEEN, Signal
from realtime.wire.messages import RoomParams

# Rooms


def room_list(call: Call) -> dict[str, Any]:
    given = call.params
    page = rooms.room_list(call.caller, before=given.before, search=given.search, archived=given.archived)
    return {**page, "rooms": [{**room, "here": call.here(room["key"])} for room in page["rooms"]]}


def room_archive(batch: Batch, call: Call) -> list[Signal]:
    return closing.room_archive(batch, caller=call.caller, key=call.params.room, cid=call.params.cid)


def room_delete(batch: Batch, call: Call) -> list[Signal]:
    return closing.room_delete(batch, caller=call.caller, key=call.params.room, cid=call.params.cid)


def room_restore(batch: Batch, call: Call) -> list[Signal]:
    return closing.room_restore(batch, caller=call.caller, key=call.params.room, cid=call.params.cid)


def room_create(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    membership = room_services.room_create(
        batch, caller=call.caller, cid=given.cid, name=given.name, topic=given.topic, public=given.public
    )
    return [memberships.joined_signal(batch, caller=call.caller, membership=membership)]


def room_change(batch: Batch, call: Call) -> None:
    given = call.params
    room_services.room_change(
        batch,
        caller=call.caller,
        key=given.room,
        cid=given.cid,
        name=given.name,
        topic=given.topic,
        public=given.public,
    )


def room_join(batch: Batch, call: Call) -> list[Signal]:
    membership = memberships.room_join(batch, caller=call.caller, key=call.params.room, cid=call.params.cid)
    return [memberships.joined_signal(batch, caller=call.caller, membership=membership)]


def room_leave(batch: Batch, call: Call) -> list[Signal]:
    memberships.room_leave(batch, caller=call.caller, key=call.params.room, cid=call.params.cid)
    return [Signal(call.params.room, "membership", "", None, to=call.caller.id)]


# Members and invites


def member_list(call: Call) -> dict[str, Any]:
    standing = access.readable(call.caller, call.params.room)
    return rooms.member_list(standing.room, standing.rank)


def member_role(batch: Batch, call: Call) -> None:
    given = call.params
    memberships.member_role(batch, caller=call.caller, key=given.room, cid=given.cid, user=given.user, role=given.role)


def member_remove(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    memberships.member_remove(batch, caller=call.caller, key=given.room, cid=given.cid, user=given.user)
    return [Signal(given.room, "membership", "", None, to=given.user)]


def invite_create(batch: Batch, call: Call) -> None:
    given = call.params
    invites.invite_create(
        batch, caller=call.caller, key=given.room, cid=given.cid, expires_ms=given.expires_ms, uses=given.uses
    )


def invite_revoke(batch: Batch, call: Call) -> None:
    given = call.params
    invites.invite_revoke(batch, caller=call.caller, key=given.room, cid=given.cid, invite=given.invite)


# Lines


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run of posts needs: how its callers stand, and what each interceptor asked for."""

    standings: RoomAccesses
    heard: Sequence[Any]


def posts_load(batch: Batch, calls: Sequence[Call]) -> Loaded:
    standings = access.standings({call.params.room for call in calls}, {call.caller.pk for call in calls})
    found = [(call, standings.get((call.params.room, call.caller.pk))) for call in calls]
    speakers = [Author(call.caller, call.params.room, standing.role or "") for call, standing in found if standing]
    return Loaded(standings, [each.load(speakers) if each.load else None for each in plugin.INTERCEPTORS])


def message_post(batch: Batch, call: Call) -> list[Signal]:
    given, loaded = call.params, call.prefetched
    said = {"said": call.preprocessed, "heard": loaded.heard, "found": loaded.standings}
    return messages.message_post(batch, caller=call.caller, room=given.room, cid=given.cid, **said)


def message_edit(batch: Batch, call: Call) -> None:
    given = call.params
    messages.message_edit(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        o=given.o,
        t=given.t,
        text=call.preprocessed,
    )


def message_delete(batch: Batch, call: Call) -> None:
    given = call.params
    why = {"reason": given.reason, "rule": given.rule}
    messages.message_delete(batch, caller=call.caller, room=given.room, cid=given.cid, o=given.o, t=given.t, **why)


def message_restore(batch: Batch, call: Call) -> None:
    given = call.params
    messages.message_restore(batch, caller=call.caller, room=given.room, cid=given.cid, o=given.o, t=given.t)


def history_page(call: Call) -> dict[str, Any]:
    given = call.params
    as_of = head_of(given.room).o
    standing = access.readable(call.caller, given.room)
    labels = access.labels_of(call.caller.id, standing)
    if given.around is not None:
        page = message_selectors.page_around(standing.log, labels, given.around)
    elif given.after is not None:
        page = message_selectors.page_after(standing.log, labels, given.after)
    else:
        page = message_selectors.page_before(standing.log, labels, given.before)
    return {**page, "as_of": as_of}


# Pointers, typing


def read_mark(batch: Batch, call: Call) -> tuple[dict[str, Any], list[Signal]]:
    o = memberships.read_mark(batch, caller=call.caller, key=call.params.room, o=call.params.o)
    return {"o": o}, [Signal(call.params.room, "read", "", o, to=call.caller.id)]


def unread_read(call: Call) -> dict[str, Any]:
    return {"rooms": rooms.unread_of(call.caller)}


def typing_set(call: Call) -> list[Signal]:
    if call.labels is None or "member" not in call.labels or access.silenced(call.labels):
        raise forbidden("join the room first")
    if UNSEEN in call.labels:
        return []
    return [Signal(call.params.room, "typing", call.caller.id, call.params.typing or None)]


_METHODS = [
    Method(name="room.list", params=protocol.RoomList, function=room_list, lane="read", takes_call=True, cost=4),
    Method(
        name="room.create",
        params=protocol.RoomCreate,
        function=room_create,
        lane="write",
        takes_call=True,
        logs=site_only,
        cost=4,
    ),
    Method(
        name="room.change",
        params=protocol.RoomChange,
        function=room_change,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="room.join", params=protocol.RoomAct, function=room_join, lane="write", takes_call=True, logs=room_and_site
    ),
    Method(
        name="room.archive",
        params=protocol.RoomAct,
        function=room_archive,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="room.delete",
        params=protocol.RoomAct,
        function=room_delete,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="room.restore",
        params=protocol.RoomAct,
        function=room_restore,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="room.leave",
        params=protocol.RoomAct,
        function=room_leave,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="invite.create",
        params=protocol.InviteCreate,
        function=invite_create,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(name="invite.revoke", params=protocol.InviteRevoke, function=invite_revoke, lane="write", takes_call=True),
    Method(name="member.list", params=RoomParams, function=member_list, lane="read", takes_call=True, cost=4),
    Method(
        name="member.role",
        params=protocol.MemberRole,
        function=member_role,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="member.remove",
        params=protocol.MemberRemove,
        function=member_remove,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="history.page", params=protocol.HistoryPage, function=history_page, lane="read", takes_call=True, cost=4
    ),
    Method(
        name="message.post",
        params=protocol.MessagePost,
        function=message_post,
        lane="write",
        takes_call=True,
        preprocess=("text", understood),
        cheap=light,
        prefetch=posts_load,
    ),
    Method(
        name="message.edit",
        params=protocol.MessageEdit,
        function=message_edit,
        lane="write",
        takes_call=True,
        preprocess=("text", lambda text: rendered(written(text))),
        cheap=light,
    ),
    Method(
        name="message.delete", params=protocol.MessageDelete, function=message_delete, lane="write", takes_call=True
    ),
    Method(name="message.restore", params=protocol.MessageAct, function=message_restore, lane="write", takes_call=True),
    Method(name="read.mark", params=protocol.ReadMark, function=read_mark, lane="write", takes_call=True),
    Method(name="unread.read", params=protocol.NoParams, function=unread_read, lane="read", takes_call=True, cost=4),
    Method(name="typing.set", params=protocol.TypingSet, function=typing_set, lane="now", takes_call=True),
]
METHODS = {method.name: method for method in _METHODS}
