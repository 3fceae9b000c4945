"""Reports of messages: made once, closed once."""

from accounts.models import User
from accounts.services.quotas import quota_use
from chat.permissions import Rank
from chat.selectors import access
from chat.selectors.access import RANK_SCOPES
from chat.selectors.ranks import rank_of
from chat.services.messages import message_meant
from chat.types import AccessTable, RoomAccess
from moderation import protocol
from moderation.models import Report
from moderation.selectors.sanctions import report_as, report_find
from moderation.services.audit import REASON_LENGTH, audit_write
from realtime import Caller, ClientId, LogKey, conflict, method, room_and_site, unprocessable
from realtime.log import Batch, LogEvent


@method("report.create", protocol.ReportCreate, logs=room_and_site, cost=4)
def report_create(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    o: int,
    rule: str,
    t: int | None = None,
    reason: str = "",
) -> LogEvent:
    """Report a message of another person that the caller can see."""
    room_access = access.reporter(caller, room)
    message = message_meant(caller, room_access, o, t)
    if message.author_id == caller.pk:
        raise unprocessable("own_line")
    if len(reason) > REASON_LENGTH:
        raise unprocessable("too_long", "the reason")
    if Report.objects.filter(room=room_access.room, offset=o, by=caller.pk).exists():
        raise conflict("already_done")
    quota_use("reports", pk=caller.pk, now=batch.now)
    by = User(pk=caller.pk, key=caller.id)
    details = {"reason": reason, "rule": rule, "at": batch.now}
    rank = _rank_above(message.author, room_access)
    report = Report.objects.create(room_id=room_access.room, offset=o, user=message.author, by=by, rank=rank, **details)
    return _notify(batch, room, report, caller, cid, kind="report.made")


@method("report.close", protocol.ReportClose)
def report_close(
    batch: Batch,
    *,
    caller: Caller,
    room: LogKey,
    cid: ClientId,
    report: str,
    outcome: str,
    reason: str = "",
    found: AccessTable | None = None,
) -> LogEvent:
    """Close a report as handled or dismissed. Of two who do so at once, the second gets 409 with the report."""
    room_access = access.ranked(caller, room, "report.close", found, archived=True)
    row = report_find(room_access, caller.pk, report)
    if row.state != Report.State.OPEN:
        raise conflict("already_done", report=report_as(row))
    row.state, row.closed_at = outcome, batch.now
    row.closed_by = User(pk=caller.pk, key=caller.id)
    row.save()
    audit_write(batch, room_access, caller, f"report.{outcome}", user=row.user, offset=row.offset, reason=reason)
    return _notify(batch, room, row, caller, cid, kind="report.closed")


def _rank_above(author: User | None, room_access: RoomAccess) -> Rank:
    """Return the least rank that may read a report: hosts read none about a host. A direct room has no hosts."""
    least = Rank.MODERATOR if room_access.direct else Rank.HOST
    above = rank_of(author, room_access.room) + 1 if author else Rank.HOST
    return Rank(min(max(least, above), Rank.ADMIN))


def _notify(batch: Batch, room: LogKey, report: Report, caller: Caller, cid: ClientId, *, kind: str) -> LogEvent:
    """Append the event for the people who may read the report. Nobody gets one about an admin."""
    about_admin = report.user is not None and report.user.is_superuser
    audience = [] if about_admin else [RANK_SCOPES[Rank(report.rank)]]
    data = {"report": report_as(report)}
    return batch.append(room, kind=kind, data=data, actor=caller.id, cid=cid, audience=audience)
