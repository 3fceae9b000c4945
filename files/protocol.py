"""Params about files, for methods of the apps above and for the requests under `/files/`."""

from typing import Annotated

import msgspec

from realtime import Cid


class FileRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of a new message: the key of an upload, and the text that describes the picture."""

    key: Annotated[str, msgspec.Meta(max_length=22)]
    alt: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class UploadCreate(msgspec.Struct):
    """The JSON body of `POST /files/`.

    `type` is what the browser thinks; it is not used. With `square` the middle of the picture becomes a small square.
    """

    cid: Cid
    name: Annotated[str, msgspec.Meta(max_length=2_000)]
    size: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    type: Annotated[str, msgspec.Meta(max_length=200)] = ""
    square: bool = False


class AvatarSet(msgspec.Struct):
    """Params of `avatar.set`. Null in `file` removes the picture."""

    file: Annotated[str, msgspec.Meta(max_length=22)] | None
