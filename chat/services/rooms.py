"""Create and change rooms. The lounge is created when it is first needed."""

from typing import Any, Final

from django.db import IntegrityError

from accounts.models import User
from accounts.names import clean, look
from accounts.selectors import refuse_banned, refuse_muted
from accounts.services.quotas import quota_use
from chat import plugin, protocol
from chat.models import Membership, Room
from chat.selectors import access
from chat.selectors.access import HOST
from chat.selectors.own_rooms import refuse_full
from chat.services.memberships import joined_signal
from chat.services.messages import message_row_insert
from realtime import Caller, ClientId, LogKey, Signal, conflict, forbidden, method, room_and_site, site_only
from realtime.log import Batch, batch

NAME_LENGTH: Final = 60
TOPIC_LENGTH: Final = 200
LOUNGE: Final = "Lounge"
LOUNGE_LOOKS: Final = frozenset(map(look, (LOUNGE, "大厅", "大廳")))
"""The skeletons of the lounge's names in all languages. No other public room may have one of them."""


def lounge() -> Room:
    """Return the lounge, which everybody joins. Create it when there is none."""
    lounges = Room.objects.filter(lounge=True).select_related("log")
    return lounges.order_by("lounge").first() or _lounge_create()


@method("room.create", protocol.RoomCreate, logs=site_only, cost=4)
def room_create(
    batch: Batch, *, caller: Caller, cid: ClientId | None, name: str, topic: str, public: bool
) -> tuple[Membership, list[Signal]]:
    """Create a room, with the caller as host."""
    facts = _facts(name, topic, public)
    _refuse_taken(facts)
    maker = User.objects.get(pk=caller.pk)
    refuse_banned(maker, batch.now)
    refuse_muted(maker, batch.now)
    refuse_full(caller.pk)
    quota_use("rooms", pk=caller.pk, now=batch.now)
    log = batch.create_log()
    event = batch.append(
        LogKey(log.key), kind="room.created", data=facts, actor=caller.id, cid=cid, counts_as_message=True
    )
    room = Room.objects.create(
        log=log,
        created_by_id=caller.pk,
        created_at=batch.now,
        active_at=batch.now,
        skeleton=look(facts["name"]),
        **facts,
    )
    message_row_insert(batch, event=event, kind="room.created", data=facts, author=caller.pk)
    host = {"user_id": caller.pk, "role": HOST, "read": event.o, "joined_at": batch.now}
    membership = Membership.objects.create(room=room, **host)
    return membership, [joined_signal(batch, caller=caller, membership=membership)]


@method("room.change", protocol.RoomChange, logs=room_and_site)
def room_change(
    batch: Batch, *, caller: Caller, room: LogKey, cid: ClientId, name: str, topic: str, public: bool
) -> None:
    """Change name, topic or visibility. A room that becomes private is closed for people who are not members."""
    room_access = access.ranked(caller, room, "room.change")
    plugin.installed.may_change(room_access, batch.now)
    if room_access.direct:
        raise forbidden("a direct room is its people's")
    facts = _facts(name, topic, public)
    row = Room.objects.select_related("log").get(pk=room_access.room)
    before = {"name": row.name, "topic": row.topic, "public": row.public}
    if (facts["name"], public) != (row.name, row.public):
        _refuse_taken(facts, row)
    data = {**facts, "before": before}
    event = batch.append(room, kind="room.changed", data=data, actor=caller.id, cid=cid, counts_as_message=True)
    message_row_insert(batch, event=event, kind="room.changed", data=data, author=caller.pk)
    row.name, row.topic, row.public, row.skeleton = facts["name"], facts["topic"], public, look(facts["name"])
    row.save()
    if before["public"] and not public:
        batch.revoke(None, log=room, reason="private")


def _facts(name: str, topic: str, public: bool) -> dict[str, Any]:
    topic = clean(topic, TOPIC_LENGTH) if topic.strip() else ""
    return {"name": clean(name, NAME_LENGTH), "topic": topic, "public": public}


def _refuse_taken(facts: dict[str, Any], room: Room | None = None) -> None:
    """Raise 409 `name_taken` when another public room has the name, or one that looks like it.

    A deleted room keeps its name until it is purged, because it can be restored.
    """
    if not facts["public"]:
        return
    names = [facts["name"], *(f"{facts['name'][: NAME_LENGTH - 3]} {number}" for number in range(2, 12))]
    others = Room.objects.filter(public=True, skeleton__in=[look(name) for name in names]).exclude(
        pk=room.pk if room else 0
    )
    taken = {*others.values_list("skeleton", flat=True), *(() if room and room.lounge else LOUNGE_LOOKS)}
    if look(facts["name"]) in taken:
        suggestion = next((name for name in names if look(name) not in taken), names[-1])
        raise conflict("name_taken", "a public room has this name or one like it", suggestion=suggestion)


def _lounge_create() -> Room:
    try:
        with batch([]) as staged:
            return Room.objects.create(
                log=staged.create_log(),
                name=LOUNGE,
                skeleton=look(LOUNGE),
                public=True,
                lounge=True,
                created_at=staged.now,
            )
    except IntegrityError:
        return Room.objects.select_related("log").get(lounge=True)
