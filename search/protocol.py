"""Params of the search's methods."""

from typing import Annotated

import msgspec


class SearchMessages(msgspec.Struct):
    """Params of `search.messages`. `before` is the `next` of the page before; `zone` is in minutes east of UTC."""

    query: Annotated[str, msgspec.Meta(max_length=65_536)]
    before: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,18}\Z")] | None = None
    zone: Annotated[int, msgspec.Meta(ge=-1080, le=1080)] = 0
