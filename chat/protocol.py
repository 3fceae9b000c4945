"""Params of chat's methods. A length or an emptiness, which people get wrong, is for the services to refuse."""

from typing import Annotated

import msgspec

from realtime.protocol import Cid, Offset, Room, UserId

Typed = Annotated[str, msgspec.Meta(max_length=65_536)]
User = Annotated[UserId, msgspec.Meta(max_length=12)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Moment = Annotated[int, msgspec.Meta(gt=0, lt=2**53)]


class NoParams(msgspec.Struct):
    """Params of `room.list`."""


class RoomCreate(msgspec.Struct):
    """Params of `room.create`."""

    cid: Cid
    name: Typed
    topic: Typed
    public: bool


class RoomAct(msgspec.Struct):
    """Params of `room.join` and `room.leave`."""

    room: Room
    cid: Cid


class RoomChange(RoomAct):
    """Params of `room.change`."""

    name: Typed
    topic: Typed
    public: bool


class InviteCreate(RoomAct):
    """Params of `invite.create`; `expires_ms`: how long from now."""

    expires_ms: Moment | None
    uses: Count | None


class InviteRevoke(RoomAct):
    """Params of `invite.revoke`."""

    invite: Annotated[str, msgspec.Meta(max_length=12)]


class MemberRemove(RoomAct):
    """Params of `member.remove`."""

    user: User


class MemberRole(MemberRemove):
    """Params of `member.role`."""

    role: Annotated[str, msgspec.Meta(pattern=r"\A(host|member)\Z")]


class HistoryPage(msgspec.Struct):
    """Params of `history.page`: exactly one of the three."""

    room: Room
    before: Offset | None = None
    after: Offset | None = None
    around: Offset | None = None

    def __post_init__(self) -> None:
        if [self.before, self.after, self.around].count(None) != 2:
            raise ValueError("exactly one of before, after, around")


class MessagePost(RoomAct):
    """Params of `message.post`."""

    text: Typed


class MessageAct(RoomAct):
    """Params of `message.delete` and `message.restore`."""

    o: Offset


class MessageEdit(MessageAct):
    """Params of `message.edit`."""

    text: Typed


class ReadMark(msgspec.Struct):
    """Params of `read.mark`."""

    room: Room
    o: Offset


class TypingSet(msgspec.Struct):
    """Params of `typing.set`."""

    room: Room
    typing: bool
