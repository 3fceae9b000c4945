"""Read quotes: those of a page come with its messages, by a join over `reply_to`."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import Exists, JSONField, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Substr

from accounts.selectors import PERSON, person_columns
from chat import protocol
from chat.models import Membership, Message
from chat.quotes import HIDDEN, SOURCE_LENGTH, quote
from chat.selectors import access
from realtime import Caller, LogKey, Scopes, conflict, method, not_found
from realtime.log import in_audience
from realtime.storage.prepared import prepared

_FACTS: Final = ("offset", "audience", "kind", "removed_at")
WIDTH: Final = len(_FACTS) + 2 + len(PERSON)
"""The number of the columns."""


class Original(NamedTuple):
    """The message that a new one answers. `pk` and `author` are primary keys; `author` is None for the server.

    `author_in` tells whether the author is in the room.
    """

    pk: int
    o: int
    author: int | None
    audience: str | None
    author_key: str
    author_in: bool


def columns(path: str = "") -> list[Any]:
    """Return the columns of a quote for `values_list`, of the message at this path."""
    text = Substr(KeyTextTransform("text", Cast(f"{path}data", JSONField())), 1, SOURCE_LENGTH)
    author = [f"{path}author__key", *person_columns(f"{path}author__")]
    return [*(f"{path}{name}" for name in _FACTS), text, *author]


def quotes_of(rows: Iterable[Sequence[Any]], scopes: Scopes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return `(quotes, people)` for rows of `columns`. Rows without a message are left out."""
    quotes: dict[str, Any] = {}
    people: dict[str, Any] = {}
    for o, audience, kind, removed_at, text, by, *person in rows:
        if o is None:
            continue
        if not in_audience(audience, scopes):
            quotes[str(o)] = HIDDEN
            continue
        quotes[str(o)] = quote(by, kind, text, removed_at is not None)
        if by is not None:
            people[by] = dict(zip(PERSON, person, strict=True))
    return quotes, people


@method("quotes.read", protocol.QuotesRead, lane="read", cost=2)
def quotes_read(*, caller: Caller, room: LogKey, offsets: list[int]) -> dict[str, Any]:
    """Return the quotes of messages. One that does not exist is like one that the caller may not see."""
    room_access = access.readable(caller, room)
    scopes = access.scopes_of(caller.id, room_access)
    rows = _quoted(room_access.log, offsets)
    quotes, people = quotes_of(rows, scopes)
    return {"quotes": {str(o): HIDDEN for o in offsets} | quotes, "people": people}


@prepared
def _quoted(log: int, offsets: Collection[int]) -> "QuerySet[Message, Any]":
    return Message.objects.filter(log=log, offset__in=offsets).values_list(*columns())


Asked = tuple[LogKey, int]
Originals = dict[Asked, Any]
_AUTHOR: Final = ("author_id", "author__key", "author_in")
_ORIGINAL: Final = ("log__key", "offset", "pk", "audience", "tag", "removed_at", *_AUTHOR)


def originals_found(asked: Collection[Asked]) -> Originals:
    """Return the rows of answered messages by room and offset, in one query. Nothing is asked for an empty list."""
    if not asked:
        return {}
    rooms = {room for room, _ in asked}
    places = Q()
    for room in rooms:
        places |= Q(log__key=room, offset__in=[o for key, o in asked if key == room])
    there = Membership.objects.filter(room__log=OuterRef("log"), user=OuterRef("author"), state=access.IN_IT)
    rows = Message.objects.filter(places).annotate(author_in=Exists(there))
    found: Any = rows.values_list(*_ORIGINAL, named=True)
    return {(LogKey(row.log__key), row.offset): row for row in found}


def original_of(originals: Originals, room: LogKey, scopes: Scopes, o: int, t: int | None) -> Original:
    """Return the message at `o` that a new one answers.

    Raise 404 when the caller may not see it, 409 `replaced` when its tag is not `t`, and 409 `removed`.
    """
    row = originals.get((room, o))
    if row is None or not in_audience(row.audience, scopes):
        raise not_found("no such message to answer")
    if t is not None and row.tag is not None and t != row.tag:
        raise conflict("replaced")
    if row.removed_at is not None:
        raise conflict("removed")
    return Original(row.pk, row.offset, row.author_id, row.audience, row.author__key or "", row.author_in)
