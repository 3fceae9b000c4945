"""Params of chat's methods. A length or an emptiness, which people get wrong, is for the services to refuse."""

from typing import Annotated, Literal

import msgspec

from realtime import Cid, Offset, Room, RoomParams, UserId

Typed = Annotated[str, msgspec.Meta(max_length=65_536)]
User = Annotated[UserId, msgspec.Meta(max_length=12)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Rule = Literal["insult", "spam", "sexual", "danger", "other"]
Moment = Annotated[int, msgspec.Meta(gt=0, lt=2**53)]


class NoParams(msgspec.Struct):
    """Params of `live.read`, `block.list` and `unread.read`."""


class RoomList(msgspec.Struct):
    """Params of `room.list`; `before`: the `next` of the page before."""

    before: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,16}-[0-9]{1,16}\Z")] | None = None
    search: Annotated[str, msgspec.Meta(max_length=60)] = ""
    archived: bool = False


class RoomCreate(msgspec.Struct):
    """Params of `room.create`."""

    cid: Cid
    name: Typed
    topic: Typed
    public: bool


class RoomAct(msgspec.Struct):
    """Params of `room.join`, `room.leave`, `room.archive`, `room.delete` and `room.restore`."""

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


class MessageAct(RoomAct, kw_only=True):
    """Params of `message.restore`. `t` is the tag of the event at `o`: another message may stand there by now."""

    o: Offset
    t: Offset | None = None


class MessageDelete(MessageAct, kw_only=True):
    """Params of `message.delete`; `reason` and `rule` where it is somebody else's."""

    reason: Typed = ""
    rule: Rule = "other"


class MessageEdit(MessageAct, kw_only=True):
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


class DirectOpen(msgspec.Struct):
    """Params of `direct.open`."""

    users: Annotated[list[User], msgspec.Meta(max_length=20)]


class DirectAnswer(RoomParams):
    """Params of `direct.answer`; `accept` null: the request is unanswered again."""

    accept: bool | None


class DirectHide(RoomParams):
    """Params of `direct.hide`."""

    hidden: bool


class PersonBlock(msgspec.Struct):
    """Params of `person.block`."""

    user: User
    blocked: bool
