"""Methods about people (docs/protocol.md)."""

from typing import Any

from accounts import services
from accounts.protocol import PeopleParams, ProfileParams
from accounts.selectors import people, person_of, person_signal
from realtime.log import Batch
from realtime.methods import Call, Method
from realtime.types import Signal


def people_read(call: Call) -> dict[str, Any]:
    return {"people": people(call.params.ids)}


def profile_change(batch: Batch, call: Call) -> tuple[dict[str, Any], list[Signal]]:
    """Answered with the person; told to all their connections, whose presence tells the others."""
    given = call.params
    user = services.profile_change(
        pk=call.caller.pk, name=given.name, face=given.face, colour=given.colour, now=batch.now
    )
    return {"user": {"id": call.caller.id, **person_of(user)}}, [person_signal(user)]


_METHODS = [
    Method(name="people.read", params=PeopleParams, function=people_read, lane="read", cost=2),
    Method(name="profile.change", params=ProfileParams, function=profile_change, lane="write"),
]
METHODS = {method.name: method for method in _METHODS}
