"""Params of chat's methods. Services check lengths that people can get wrong, and explain the error."""

from typing import Annotated, Literal

import msgspec

from files.limits import REQUEST_FILES
from files.protocol import FileRef
from realtime import Cid, Offset, Room, RoomParams, UserId

Typed = Annotated[str, msgspec.Meta(max_length=65_536)]
User = Annotated[UserId, msgspec.Meta(max_length=12)]
Count = Annotated[int, msgspec.Meta(gt=0, lt=2**31)]
Rule = Literal["insult", "spam", "sexual", "danger", "other"]
Moment = Annotated[int, msgspec.Meta(gt=0, lt=2**53)]


class NoParams(msgspec.Struct):
    """Params of `live.read`, `block.list` and `unread.read`."""


class RoomList(msgspec.Struct):
    """Params of `room.list`. `before` is the `next` of the previous page."""

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
    """Params of `invite.create`. `expires_ms` is a duration from now."""

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
    """Params of `history.page`. Exactly one of `before`, `after` and `around` is given."""

    room: Room
    before: Offset | None = None
    after: Offset | None = None
    around: Offset | None = None

    def __post_init__(self) -> None:
        if [self.before, self.after, self.around].count(None) != 2:
            raise ValueError("exactly one of before, after, around")


class MessagePost(RoomAct):
    """Params of `message.post`. `re` is the offset of the message that it answers, and `re_t` the tag of that one.

    With `files` the text may be empty.
    """

    text: Typed
    re: Offset | None = None
    re_t: Offset | None = None
    files: Annotated[tuple[FileRef, ...], msgspec.Meta(max_length=REQUEST_FILES)] = ()


EmojiName = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9_]{2,32}\Z")]


class EmojiAdd(RoomAct):
    """Params of `emoji.add`. `file` is the key of a square upload."""

    name: EmojiName
    file: Annotated[str, msgspec.Meta(max_length=22)]


class EmojiRemove(RoomAct):
    """Params of `emoji.remove`."""

    name: EmojiName


class MessageAct(RoomAct, kw_only=True):
    """Params of `message.restore`. `t` is the tag of the event at `o`; after a restored backup it differs."""

    o: Offset
    t: Offset | None = None


class MessageDelete(MessageAct, kw_only=True):
    """Params of `message.delete`. `reason` and `rule` are for messages of others."""

    reason: Typed = ""
    rule: Rule = "other"


class MessagePin(MessageAct, kw_only=True):
    """Params of `message.pin`."""

    pinned: bool


class MessageEdit(MessageAct, kw_only=True):
    """Params of `message.edit`."""

    text: Typed


class QuotesRead(RoomParams):
    """Params of `quotes.read`."""

    offsets: Annotated[list[Offset], msgspec.Meta(max_length=50)]


class TextPreview(msgspec.Struct):
    """Params of `text.preview`."""

    text: Typed


class ReactionSet(MessageAct, kw_only=True):
    """Params of `reaction.set`. `on` false removes the caller's reaction."""

    emoji: Typed
    on: bool


class PeopleFind(RoomParams):
    """Params of `people.find`."""

    search: Annotated[str, msgspec.Meta(max_length=60)] = ""


class InboxRead(msgspec.Struct):
    """Params of `inbox.read`. `before` is the `next` of the previous page."""

    before: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,16}-[0-9]{1,16}\Z")] | None = None


class InboxMark(msgspec.Struct):
    """Params of `inbox.mark`: the message of a mention, or neither for all mentions."""

    room: Room | None = None
    o: Offset | None = None


class ReadMark(msgspec.Struct):
    """Params of `read.mark`."""

    room: Room
    o: Offset


class ReadUnmark(ReadMark):
    """Params of `read.unmark`. `o` is the first message that is unread again."""


class TypingSet(msgspec.Struct):
    """Params of `typing.set`."""

    room: Room
    typing: bool


class DirectOpen(msgspec.Struct):
    """Params of `direct.open`."""

    users: Annotated[list[User], msgspec.Meta(max_length=20)]


class DirectAnswer(RoomParams):
    """Params of `direct.answer`. Null in `accept` makes the request unanswered again."""

    accept: bool | None


class DirectHide(RoomParams):
    """Params of `direct.hide`."""

    hidden: bool


class PersonBlock(msgspec.Struct):
    """Params of `person.block`."""

    user: User
    blocked: bool
