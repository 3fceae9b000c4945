"""Methods of moderation (docs/moderation.md): each calls one service and shapes its answer."""

from typing import Any, Final

from chat.selectors import access
from chat.services import memberships
from moderation import protocol
from moderation.selectors import sanctions
from moderation.services import reports, rules
from moderation.services import sanctions as services
from moderation.services.sanctions import Decision
from realtime.log import Batch
from realtime.methods import Call, Method, room_and_site
from realtime.types import Signal
from realtime.wire.messages import RoomParams

JUDGED: Final = 8
"""requests that an act over a person counts as: about twenty queries, and their lines with it"""


def sanction_make(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    decision = Decision(
        kind=given.kind,
        site=given.site,
        duration_ms=given.duration_ms,
        reason=given.reason,
        rule=given.rule,
        o=given.o,
        t=given.t,
        remove=given.remove,
        approval=given.approval,
    )
    made = services.sanction_make(
        batch, caller=call.caller, room=given.room, cid=given.cid, user=given.user, decision=decision
    )
    return services.standings_told(given.room, made)


def sanction_lift(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    lifted = services.sanction_lift(
        batch, caller=call.caller, room=given.room, cid=given.cid, key=given.sanction, reason=given.reason
    )
    return services.standings_told(given.room, lifted) + _let_back(batch, lifted)


def sanction_acknowledge(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    warned = services.sanction_acknowledge(
        batch, caller=call.caller, room=given.room, cid=given.cid, key=given.sanction
    )
    return services.standings_told(given.room, warned)


def sanction_appeal(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    appealed = services.sanction_appeal(
        batch, caller=call.caller, room=given.room, cid=given.cid, key=given.sanction, text=given.text
    )
    return services.standings_told(given.room, appealed)


def sanction_answer(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    answered = services.sanction_answer(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        key=given.sanction,
        granted=given.granted,
        reason=given.reason,
    )
    return services.standings_told(given.room, answered) + _let_back(batch, answered)


def _let_back(batch: Batch, sanction: Any) -> list[Signal]:
    """Who is a member again has the room in the list again, and their tabs open it."""
    back = services.member_again(sanction)
    return memberships.admitted_signals(batch, membership=back) if back else []


def sanction_list(call: Call) -> dict[str, Any]:
    return sanctions.sanctions_of(access.ranked(call.caller, call.params.room, "sanction.list", archived=True))


def sanction_preview(call: Call) -> dict[str, Any]:
    given = call.params
    standing = access.ranked(call.caller, given.room, "sanction.preview", archived=True)
    return services.sanction_preview(standing, given.room, given.user, remove=given.remove)


def room_restrict(batch: Batch, call: Call) -> None:
    given = call.params
    rules.room_restrict(
        batch,
        caller=call.caller,
        key=given.room,
        cid=given.cid,
        slow_s=given.slow_s,
        locked=given.locked,
        guests_off=given.guests_off,
        approval=given.approval,
        reason=given.reason,
    )


def room_panic(batch: Batch, call: Call) -> None:
    given = call.params
    rules.room_panic(batch, caller=call.caller, key=given.room, cid=given.cid, on=given.on)


def member_admit(batch: Batch, call: Call) -> list[Signal]:
    given = call.params
    admitted = rules.member_admit(
        batch, caller=call.caller, key=given.room, cid=given.cid, user=given.user, yes=given.yes
    )
    if admitted is None:
        return [Signal(given.room, "standing", "", None, to=given.user)]
    return memberships.admitted_signals(batch, membership=admitted)


def report_create(batch: Batch, call: Call) -> None:
    given = call.params
    reports.report_create(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        o=given.o,
        t=given.t,
        reason=given.reason,
        rule=given.rule,
    )


def report_close(batch: Batch, call: Call) -> None:
    given = call.params
    reports.report_close(
        batch,
        caller=call.caller,
        room=given.room,
        cid=given.cid,
        key=given.report,
        outcome=given.outcome,
        reason=given.reason,
    )


def report_list(call: Call) -> dict[str, Any]:
    return sanctions.reports_of(
        access.ranked(call.caller, call.params.room, "report.list", archived=True), call.caller.pk
    )


def report_read(call: Call) -> dict[str, Any]:
    standing = access.ranked(call.caller, call.params.room, "report.read", archived=True)
    report = sanctions.report_find(standing, call.caller.pk, call.params.report)
    return sanctions.report_read(report, access.labels_of(call.caller.id, standing))


def audit_list(call: Call) -> dict[str, Any]:
    standing = access.ranked(call.caller, call.params.room, "audit.list", archived=True)
    return sanctions.audit_of(standing.room, call.params.before)


_METHODS = [
    Method(
        name="sanction.make",
        params=protocol.SanctionMake,
        function=sanction_make,
        lane="write",
        takes_call=True,
        logs=room_and_site,
        cost=JUDGED,
    ),
    Method(
        name="sanction.lift",
        params=protocol.SanctionLift,
        function=sanction_lift,
        lane="write",
        takes_call=True,
        logs=room_and_site,
        cost=JUDGED,
    ),
    Method(
        name="sanction.acknowledge",
        params=protocol.SanctionAct,
        function=sanction_acknowledge,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="sanction.appeal", params=protocol.SanctionAppeal, function=sanction_appeal, lane="write", takes_call=True
    ),
    Method(
        name="sanction.answer",
        params=protocol.SanctionAnswer,
        function=sanction_answer,
        lane="write",
        takes_call=True,
        logs=room_and_site,
        cost=JUDGED,
    ),
    Method(name="sanction.list", params=RoomParams, function=sanction_list, lane="read", takes_call=True, cost=4),
    Method(
        name="sanction.preview",
        params=protocol.SanctionPreview,
        function=sanction_preview,
        lane="read",
        takes_call=True,
        cost=4,
    ),
    Method(name="room.restrict", params=protocol.RoomRestrict, function=room_restrict, lane="write", takes_call=True),
    Method(name="room.panic", params=protocol.RoomPanic, function=room_panic, lane="write", takes_call=True),
    Method(
        name="member.admit",
        params=protocol.MemberAdmit,
        function=member_admit,
        lane="write",
        takes_call=True,
        logs=room_and_site,
    ),
    Method(
        name="report.create",
        params=protocol.ReportCreate,
        function=report_create,
        lane="write",
        takes_call=True,
        logs=room_and_site,
        cost=4,
    ),
    Method(name="report.close", params=protocol.ReportClose, function=report_close, lane="write", takes_call=True),
    Method(name="report.list", params=RoomParams, function=report_list, lane="read", takes_call=True, cost=4),
    Method(name="report.read", params=protocol.ReportRead, function=report_read, lane="read", takes_call=True, cost=4),
    Method(name="audit.list", params=protocol.AuditList, function=audit_list, lane="read", takes_call=True, cost=4),
]
METHODS = {method.name: method for method in _METHODS}
