"""Methods of the protocol that write, or send a signal. Each checks permissions itself."""

from typing import Any

import msgspec

from realtime import (
    Caller,
    Cid,
    ClientId,
    LogKey,
    RoomParams,
    Scopes,
    Signal,
    UserId,
    method,
    not_found,
    room_and_site,
    site_only,
    unprocessable,
)
from realtime.log import Batch, LogEvent
from tests.board.models import Board


class BoardCreate(msgspec.Struct):
    name: str


class NotePost(RoomParams):
    cid: Cid
    text: str


class MemberChange(RoomParams):
    user: UserId


class PenMove(RoomParams):
    x: int
    y: int


def board_of(caller: Caller, room: LogKey) -> Board:
    """Return the board if the caller is a member. Absent and hidden boards look the same."""
    if board := Board.objects.filter(key=room, members=caller.pk).first():
        return board
    raise not_found("no such board")


@method("board.create", BoardCreate, logs=site_only)
def board_create(batch: Batch, *, caller: Caller, name: str) -> tuple[dict[str, Any], list[Signal]]:
    board = Board.objects.create(key=batch.create_log().key, name=name)
    board.members.add(caller.pk)
    return {"room": board.key}, []


@method("note.post", NotePost)
def note_post(batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, text: str) -> LogEvent:
    board_of(caller, room)
    if not text.strip():
        raise unprocessable("empty", "a note has a text")
    data = {"text": text}
    return batch.append(room, kind="note.posted", data=data, actor=caller.id, cid=cid, counts_as_message=True)


@method("member.add", MemberChange)
def member_add(batch: Batch, *, caller: Caller, room: LogKey, user: UserId) -> None:
    board_of(caller, room).members.add(int(user))


@method("member.remove", MemberChange, logs=room_and_site)
def member_remove(batch: Batch, *, caller: Caller, room: LogKey, user: UserId) -> None:
    board_of(caller, room).members.remove(int(user))
    batch.revoke(user, log=room)


@method("pen.move", PenMove, lane="now")
def pen_move(*, caller: Caller, scopes: Scopes | None, room: LogKey, x: int, y: int) -> list[Signal]:
    if scopes is None:
        raise not_found("the board is not open")
    return [Signal(room, "pen", caller.id, {"x": x, "y": y})]
