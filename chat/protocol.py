"""Params of chat's methods. A length or an emptiness, which people get wrong, is for the services to refuse."""

from typing import Annotated, Literal

import msgspec

from realtime.types import Cid, Offset, Room, UserId
from realtime.wire.messages import RoomParams

Typed = Annotated[str, msgspec.Meta(max_length=65_536)]
User = Annotated[UserId, msgspec.Meta(max_length=12)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Rule = Literal["insult", "spam", "sexual", "danger", "other"]
Kind = Literal["warn", "mute", "kick", "ban"]
Removal = Literal["none", "hour", "day", "all"]
Key = Annotated[str, msgspec.Meta(max_length=12)]
Moment = Annotated[int, msgspec.Meta(gt=0, lt=2**53)]
Lasting = Annotated[int, msgspec.Meta(gt=0, le=10 * 366 * 24 * 60 * 60 * 1000)]
"""ms, up to ten years: longer is for ever, and has no date that a page could show"""


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


class SanctionMake(MemberRemove):
    """Params of `sanction.make`; `duration_ms` from now, None for ever, `o` and `t` of the message it is about."""

    kind: Kind
    site: bool = False
    duration_ms: Lasting | None = None
    reason: Typed = ""
    rule: Rule = "other"
    o: Offset | None = None
    t: Offset | None = None
    remove: Removal = "none"
    approval: bool = False


class SanctionAct(RoomAct):
    """Params of `sanction.acknowledge`."""

    sanction: Key


class SanctionLift(SanctionAct):
    """Params of `sanction.lift`."""

    reason: Typed = ""


class SanctionAppeal(SanctionAct):
    """Params of `sanction.appeal`."""

    text: Typed


class SanctionAnswer(SanctionAct):
    """Params of `sanction.answer`."""

    granted: bool
    reason: Typed = ""


class SanctionPreview(RoomParams):
    """Params of `sanction.preview`."""

    user: User
    remove: Removal = "none"


class RoomRestrict(RoomAct):
    """Params of `room.restrict`."""

    slow_s: Annotated[int, msgspec.Meta(ge=0, le=300)]
    locked: bool
    guests_off: bool
    approval: bool
    reason: Typed = ""


class RoomPanic(RoomAct):
    """Params of `room.panic`."""

    on: bool


class MemberAdmit(MemberRemove):
    """Params of `member.admit`."""

    yes: bool


class ReportCreate(MessageAct, kw_only=True):
    """Params of `report.create`."""

    rule: Rule
    reason: Typed = ""


class ReportRead(RoomParams):
    """Params of `report.read`."""

    report: Key


class ReportClose(RoomAct):
    """Params of `report.close`."""

    report: Key
    outcome: Literal["handled", "dismissed"]
    reason: Typed = ""


class AuditList(RoomParams):
    """Params of `audit.list`; `before` an entry's id."""

    before: Offset | None = None


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
