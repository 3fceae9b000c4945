"""Complaints about lines: made once, closed once."""

from accounts.models import User
from chat.models import Report
from chat.selectors import access
from chat.selectors.access import Standings
from chat.selectors.lines import line_find
from chat.selectors.sanctions import report_as, report_find
from chat.services.audit import REASON_LENGTH, audit_write
from realtime.log import Batch, Entry
from realtime.methods import Caller
from realtime.protocol import ClientId, LogKey, RealtimeError, conflict, not_found, unprocessable


def report_create(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, o: int, reason: str, rule: str
) -> Entry:
    """About a line of somebody else that one can see."""
    standing = access.member(caller, room)
    line = line_find(standing.log, access.labels_of(caller.id, standing), o)
    if line is None:
        raise not_found("no such line")
    if line.author_id == caller.pk:
        raise unprocessable("own_line")
    if len(reason) > REASON_LENGTH:
        raise unprocessable("too_long", "the reason")
    if Report.objects.filter(room=standing.room, offset=o, by=caller.pk).exists():
        raise conflict("already_done")
    by = User(pk=caller.pk, key=caller.id)
    said = {"reason": reason, "rule": rule, "at": batch.now}
    report = Report.objects.create(room_id=standing.room, offset=o, user=line.author, by=by, **said)
    return _tell(batch, room, report, caller, cid, kind="report.made", method="report.create")


def report_close(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    key: str,
    outcome: str,
    reason: str,
    found: Standings | None = None,
) -> Entry:
    """Handled or dismissed, not by whom it is about; of two who do it at once the second hears who was first."""
    standing = access.ranked(caller, room, "report.close", found)
    report = report_find(standing.room, key)
    if report.user_id == caller.pk:
        raise RealtimeError(403, "rank")
    if report.state != Report.State.OPEN:
        raise conflict("already_done", report=report_as(report))
    report.state, report.closed_at = outcome, batch.now
    report.closed_by = User(pk=caller.pk, key=caller.id)
    report.save()
    audit_write(batch, standing, caller, f"report.{outcome}", user=report.user, offset=report.offset, reason=reason)
    return _tell(batch, room, report, caller, cid, kind="report.closed", method="report.close")


def _tell(
    batch: Batch, room: LogKey, report: Report, caller: Caller, cid: ClientId, *, kind: str, method: str
) -> Entry:
    """To the hosts; who complained is told by the answer."""
    data = {"report": report_as(report)}
    return batch.append(room, kind=kind, data=data, actor=caller.id, cid=cid, method=method, audience=["host"])
