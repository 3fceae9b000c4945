"""Appeals against sanctions: one for each sanction, also by a banned person."""

from accounts.models import User
from accounts.selectors import person_of
from chat.models import Room
from chat.selectors import access
from chat.services.rooms import lounge
from chat.text import written
from moderation import protocol
from moderation.selectors.sanctions import (
    membership_find,
    sanction_as,
    sanction_find,
    sanction_to_person,
)
from moderation.services.audit import audit_write
from moderation.services.sanctions import (
    SANCTION_COST,
    lift,
    lifted_signals,
    notify,
    own_sanction_find,
    reason_checked,
    refuse_below,
    sanction_signals,
)
from realtime import (
    Caller,
    ClientId,
    LogKey,
    Signal,
    UserId,
    conflict,
    method,
    not_found,
    room_and_site,
)
from realtime.log import Batch
from realtime.log import batch as open_batch


@method("sanction.appeal", protocol.SanctionAppeal)
def sanction_appeal(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId | None, sanction: str, text: str
) -> list[Signal]:
    """Appeal once, also as a banned person. `room` is that of the sanction.

    For a sanction on the site it is the lounge, or a room of the person.
    """
    place = Room.objects.filter(log__key=room, deleted_at=None).first()
    known = place and (place.lounge or membership_find(place.pk, caller.pk))
    row = own_sanction_find(caller, place.pk if place else 0, sanction)
    if place is None or (row.room_id is None and not known):
        raise not_found("no such room")
    if row.appealed_at is not None or row.lifted_at is not None:
        raise conflict("already_done", sanction=sanction_to_person(row))
    row.appeal, row.appealed_at = reason_checked(written(text).strip()), batch.now
    row.save(update_fields=["appeal", "appealed_at"])
    notify(batch, room, row, caller, cid, kind="sanction.appealed")
    return sanction_signals(room, row)


def appeal_make(*, user: User, key: LogKey | None, sanction: str, text: str) -> None:
    """Appeal from the page of a ban. The hosts of the lounge get an appeal against a ban from the site."""
    room = key or LogKey(lounge().log.key)
    caller = Caller(id=UserId(user.key), pk=user.pk, login="", person=person_of(user))
    with open_batch([room]) as staged:
        sanction_appeal(staged, caller=caller, room=room, cid=None, sanction=sanction, text=text)


@method("sanction.answer", protocol.SanctionAnswer, logs=room_and_site, cost=SANCTION_COST)
def sanction_answer(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, sanction: str, granted: bool, reason: str = ""
) -> list[Signal]:
    """Answer an appeal. A granted appeal lifts the sanction."""
    room_access = access.member(caller, room, archived=True)
    row = sanction_find(room_access.room, sanction)
    refuse_below(room_access, row)
    if row.appealed_at is None or row.answer:
        raise conflict("already_done", sanction=sanction_as(row))
    row.answer = "granted" if granted else "refused"
    row.save(update_fields=["answer"])
    if granted and row.lifted_at is None:
        lift(batch, room, room_access, row, caller, reason)
    else:
        audit_write(batch, room_access, caller, "sanction.answer", user=row.user, sanction=row, reason=reason)
    notify(batch, room, row, caller, cid, kind="sanction.answered")
    return lifted_signals(batch, room, row)
