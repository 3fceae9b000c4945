"""Who is connected has been seen: a request of the process's own, which tells the app of them through the writer."""

from collections.abc import Callable, Collection, Iterable
from typing import Final

import msgspec

from realtime.log import Batch
from realtime.methods import Call, Method
from realtime.types import NOBODY

SEEN_S: Final = 600.0
"""seconds between two tellings"""


class Seen(msgspec.Struct):
    """Params of the request; nobody can send it."""

    users: list[int]


def told(seen: Callable[[Collection[int], int], None], users: Iterable[int]) -> Call:
    """The request that tells `seen` of these primary keys."""

    def tell(batch: Batch, call: Call) -> None:
        seen(call.params.users, batch.now)

    return Call(
        Method(name="users.seen", params=Seen, function=tell, lane="write", takes_call=True),
        NOBODY,
        Seen(sorted(users)),
    )
