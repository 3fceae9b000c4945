"""Resolve the names in a query: of people, and of rooms that the caller may read."""

from collections.abc import Iterable
from typing import Final

from accounts.models import User
from accounts.names import fold
from chat.models import Membership, Room
from chat.selectors.access import IN_IT
from realtime import Caller, unprocessable
from search.query import SHOWN
from search.selectors.rights import readable_rooms

ME: Final = {"me", "我", "自己"}
OWN_ROOMS: Final = 500
SAME_NAME: Final = 50


def people_named(caller: Caller, names: Iterable[str]) -> list[int]:
    """Return the primary keys of people. Raise 422 `unknown_person` with a name that nobody has."""
    return [_person(caller, name) for name in dict.fromkeys(names)]


def _person(caller: Caller, name: str) -> int:
    if name.lower() in ME:
        return caller.pk
    found = User.objects.filter(name_folded=fold(name)).values_list("pk", flat=True).first()
    if found is None:
        raise unprocessable("unknown_person", name[:SHOWN])
    return found


def rooms_named(caller: Caller, names: Iterable[str]) -> list[int]:
    """Return the logs of all rooms with these names or keys. Raise 422 `unknown_room` with a name that no room has."""
    return [log for name in dict.fromkeys(names) for log in _rooms(caller, name)]


def _rooms(caller: Caller, name: str) -> list[int]:
    wanted = fold(name)
    readable = Room.objects.filter(readable_rooms(caller))
    keyed = readable.filter(log__key=name).values_list("log", flat=True)
    own = Membership.objects.filter(user=caller.pk, state=IN_IT, room__direct="").order_by()
    named = own.values_list("room__log", "room__name")[:OWN_ROOMS]
    public = readable.filter(public=True, name__in={name, name.lower(), name.upper(), name.title()})
    similar = [*named, *public.values_list("log", "name")[:SAME_NAME], *_alike(caller, name)]
    found = {*keyed, *(log for log, each in similar if fold(each) == wanted), *_direct(caller, wanted)}
    if not found:
        raise unprocessable("unknown_room", name[:SHOWN])
    return sorted(found)


def _alike(caller: Caller, name: str) -> list[tuple[int, str]]:
    """Return public rooms whose names differ only in the case of ASCII letters, or in what the database folds."""
    rooms = Room.objects.filter(readable_rooms(caller), public=True, name__iexact=name)
    return list(rooms.values_list("log", "name")[:SAME_NAME])


def _direct(caller: Caller, wanted: str) -> list[int]:
    """Return the direct room of the caller and the person of this name."""
    key = User.objects.filter(name_folded=wanted).values_list("key", flat=True).first()
    if key is None:
        return []
    rooms = Room.objects.filter(readable_rooms(caller), direct=" ".join(sorted([key, caller.id])))
    return list(rooms.values_list("log", flat=True))
