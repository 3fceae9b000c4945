"""Params of the methods of moderation. Services check the lengths that people may exceed."""

from typing import Annotated, Literal

import msgspec

from chat.protocol import MemberRemove, MessageAct, RoomAct, Rule, Typed, User
from realtime import Offset, RoomParams

Kind = Literal["warn", "mute", "kick", "ban"]
Removal = Literal["none", "hour", "day", "all"]
Key = Annotated[str, msgspec.Meta(max_length=12)]
Lasting = Annotated[int, msgspec.Meta(gt=0, le=10 * 366 * 24 * 60 * 60 * 1000)]
"""The duration of a sanction in ms, up to ten years. A longer one has no end: a page could not show its date."""


class SanctionMake(MemberRemove):
    """Params of `sanction.make`. `duration_ms` is from now, None is forever; `o` and `t` are those of the message."""

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
    """Params of `audit.list`. `before` is the id of an entry."""

    before: Offset | None = None
