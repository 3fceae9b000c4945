"""Actions from the admin, by people with a rank on the site. Each calls the service of a room in a batch of its own.

They run in the thread of a page. Clients get their events as they get those of the writer.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.selectors import person_signal
from chat.models import Invite, Message, Room
from chat.selectors import access, ranks
from chat.services.closing import room_archive, room_delete, room_restore
from chat.services.invites import invite_revoke
from chat.services.messages import message_delete, message_restore
from chat.services.rooms import lounge
from chat.types import AccessTable
from moderation.models import Audit, Report, Sanction
from moderation.selectors.sanctions import active_on_site, person_find
from moderation.services.audit import audit_write
from moderation.services.reports import report_close
from moderation.services.rules import room_panic, room_restrict
from moderation.services.sanctions import sanction_lift, sanction_make
from realtime import Caller, ClientId, LogKey, RealtimeError, UserId, conflict
from realtime.log import SITE, Batch, batch, key_new, now_ms

MESSAGES_PER_BATCH: Final = 100
"""The number of messages in a batch: it locks the log of the room meanwhile."""
Rejections = list[tuple[Message, RealtimeError]]


@contextmanager
def _as_site_rank(caller: Caller, room: LogKey) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """Open a batch over a room and the site. Yield it with the arguments that every service takes."""
    with batch([room, SITE]) as staged:
        yield staged, {"caller": caller, "cid": ClientId(key_new(22)), "found": access.on_site(caller, room)}


# People


def sanction_on_site(*, caller: Caller, user: UserId, **decision: Any) -> Sanction:
    """Sanction a person on the site. The lounge, which moderators look after, gets the event."""
    room = _lounge()
    with _as_site_rank(caller, room) as (staged, acting):
        made, signals = sanction_make(staged, room=room, user=user, site=True, **decision, **acting)
        staged.signals += signals
    return made


def sanction_undo(*, caller: Caller, sanction: Sanction, reason: str) -> Sanction:
    """Lift a sanction, in the room that has its event."""
    room = _told_in(sanction)
    with _as_site_rank(caller, room) as (staged, acting):
        lifted, signals = sanction_lift(staged, room=room, sanction=sanction.key, reason=reason, **acting)
        staged.signals += signals
    return lifted


def person_pardon(*, caller: Caller, user: User, reason: str) -> list[Sanction]:
    """Lift all active sanctions of a person on the site. Raise 409 when there are none."""
    active = active_on_site(user.pk, now_ms())
    if not active:
        raise conflict("already_done")
    return [sanction_undo(caller=caller, sanction=sanction, reason=reason) for sanction in active]


def moderator_set(*, caller: Caller, user: UserId, on: bool, reason: str) -> User:
    """Make a person with a password a moderator, who may use the admin too, or end that."""
    room = _lounge()
    with batch([room, SITE]) as staged:
        room_access = access.member(caller, room, access.on_site(caller, room))
        target = User.objects.select_for_update().get(pk=person_find(user).pk)
        ranks.outrank(room_access, target, room=room, act="moderator.set")
        if target.is_moderator == on:
            raise conflict("already_done")
        if on and not target.has_usable_password():
            raise conflict("conflict", "a name that anybody can take guards nothing")
        target.is_moderator = target.is_staff = on
        target.rev += 1
        target.save(update_fields=["is_moderator", "is_staff", "rev"])
        staged.signal(person_signal(target))
        audit_write(staged, room_access, caller, "moderator.set", user=target, reason=reason, on=on)
        staged.revoke(user, reason="role")
    return target


def _told_in(sanction: Sanction) -> LogKey:
    if sanction.room is not None:
        return LogKey(sanction.room.log.key)
    made = Audit.objects.filter(sanction=sanction, act=f"sanction.{sanction.kind}").select_related("room__log").first()
    return LogKey(made.room.log.key) if made and made.room else _lounge()


def _lounge() -> LogKey:
    return LogKey(lounge().log.key)


# Rooms


def rules_set(
    *, caller: Caller, room: Room, reason: str, slow_s: int | None, locked: bool | None, guests_off: bool | None
) -> None:
    """Set the rules of a room; None leaves a rule as it is."""
    key = LogKey(room.log.key)
    with _as_site_rank(caller, key) as (staged, acting):
        room = Room.objects.get(pk=room.pk)
        room_restrict(
            staged,
            room=key,
            slow_s=room.slow_s if slow_s is None else slow_s,
            locked=room.locked if locked is None else locked,
            guests_off=room.guests_off if guests_off is None else guests_off,
            approval=room.approval_until > staged.now,
            reason=reason,
            **acting,
        )


def room_close(*, caller: Caller, room: Room, act: str, reason: str) -> None:
    """Archive, delete or restore a room."""
    key, service = LogKey(room.log.key), {"archive": room_archive, "delete": room_delete, "restore": room_restore}[act]
    with batch([key, SITE]) as staged:
        found = access.on_site(caller, key, closed=True)
        cid = ClientId(key_new(22))
        staged.signals += service(staged, caller=caller, room=key, cid=cid, reason=reason, found=found)


def panic_set(*, caller: Caller, room: Room, on: bool, reason: str) -> None:
    key = LogKey(room.log.key)
    with _as_site_rank(caller, key) as (staged, acting):
        room_panic(staged, room=key, on=on, reason=reason, **acting)


def invite_end(*, caller: Caller, invite: Invite, reason: str) -> None:
    key = LogKey(invite.room.log.key)
    with _as_site_rank(caller, key) as (staged, acting):
        invite_revoke(staged, room=key, invite=invite.key, reason=reason, **acting)


def report_settle(*, caller: Caller, report: Report, outcome: str, reason: str) -> None:
    key = LogKey(report.room.log.key)
    with _as_site_rank(caller, key) as (staged, acting):
        report_close(staged, room=key, report=report.key, outcome=outcome, reason=reason, **acting)


# Messages


def messages_delete_each(*, caller: Caller, messages: Sequence[Message], reason: str, rule: str) -> Rejections:
    """Delete messages, at most `MESSAGES_PER_BATCH` in a batch. Return those that were refused, with their errors."""
    return _each(caller, messages, message_delete, reason=reason, rule=rule)


def messages_restore_each(*, caller: Caller, messages: Sequence[Message], reason: str) -> Rejections:
    """Restore deleted messages in the same way."""
    return _each(caller, messages, message_restore, reason=reason)


def _each(caller: Caller, messages: Sequence[Message], service: Callable[..., Any], **given: Any) -> Rejections:
    rejected: Rejections = []
    for key, group in groupby(sorted(messages, key=_place), key=lambda message: message.log.key):
        of_room = list(group)
        for start in range(0, len(of_room), MESSAGES_PER_BATCH):
            with batch([LogKey(key)]) as staged:
                found = access.on_site(caller, LogKey(key))
                for message in of_room[start : start + MESSAGES_PER_BATCH]:
                    if error := _try(staged, message, caller, found, service, given):
                        rejected.append((message, error))
    return rejected


def _try(
    staged: Batch,
    message: Message,
    caller: Caller,
    found: AccessTable,
    service: Callable[..., Any],
    given: dict[str, Any],
) -> RealtimeError | None:
    """Call the service for one message of a batch. Return its error; the batch goes on without the message."""
    savepoint = staged.savepoint()
    place = {"room": LogKey(message.log.key), "o": message.offset, "cid": ClientId(key_new(22))}
    try:
        with transaction.atomic():
            service(staged, caller=caller, found=found, **place, **given)
    except RealtimeError as error:
        staged.rollback_to(savepoint)
        return error
    return None


def _place(message: Message) -> tuple[str, int]:
    return message.log.key, message.offset
