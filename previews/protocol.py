"""Params of the previews' methods."""

from typing import Annotated

import msgspec

from chat.protocol import MessageAct


class PreviewRemove(MessageAct, kw_only=True):
    """Params of `preview.remove`. With false in `removed` the preview comes back."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    removed: bool = True
