"""The record of an event, and its two frames: whole, and withheld from readers outside its audience."""

from collections.abc import Collection, Iterable

import msgspec

from realtime.types import ClientId, Head, LogKey, UserId


class LogEvent(msgspec.Struct):
    """An event as recent events and the bus hold it. `data` is encoded JSON, or None when it was redacted."""

    room: LogKey
    o: int
    t: int
    n: int
    at: int
    kind: str
    actor: UserId | None
    cid: ClientId | None
    audience: str | None
    redacts: tuple[int, ...] = msgspec.field(name="blanks")
    """The offsets of events whose data this one removes. Its name on the bus is that of the release before."""
    data: str | None
    method: str = ""

    @property
    def head(self) -> Head:
        return Head(self.o, self.t, self.n)

    def readable_by(self, reader: Collection[str]) -> bool:
        return in_audience(self.audience, reader)

    def frame(self) -> str:
        """Return the `room.event` notification, with `data` as it was stored."""
        return (
            f'{{"jsonrpc":"2.0","method":"room.event","params":{{"room":"{self.room}","o":{self.o},"t":{self.t},"n":{self.n},'
            f'"at":{self.at},"by":{_quoted(self.actor)},"cid":{_quoted(self.cid)},"kind":"{self.kind}",'
            f'"data":{self.data or "null"}}}}}'
        )

    def withheld(self) -> str:
        """Return the notification for readers outside the audience: the place in the log, without content."""
        return (
            f'{{"jsonrpc":"2.0","method":"room.event","params":{{"room":"{self.room}","o":{self.o},"t":{self.t},"n":{self.n},'
            f'"at":{self.at},"kind":"withheld"}}}}'
        )


def in_audience(audience: str | None, scopes: Collection[str]) -> bool:
    """Tell whether a reader with these scopes is in a stored audience. None is everybody."""
    return audience is None or not set(audience.split()).isdisjoint(scopes)


def audience_text(scopes: Iterable[str]) -> str:
    """Return an audience as it is stored: sorted scopes between spaces, so that a search for one finds no other."""
    return f" {' '.join(sorted(scopes))} "


def _quoted(word: str | None) -> str:
    return "null" if word is None else f'"{word}"'
