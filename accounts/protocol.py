"""Params of the methods about people."""

from typing import Annotated

import msgspec

from realtime import UserId


class PeopleParams(msgspec.Struct):
    """Params of `people.read`."""

    ids: Annotated[list[Annotated[UserId, msgspec.Meta(max_length=12)]], msgspec.Meta(max_length=100)]


class ProfileParams(msgspec.Struct):
    """Params of `profile.change`; lengths that people can get wrong are checked by the service."""

    name: Annotated[str, msgspec.Meta(max_length=1000)]
    face: Annotated[str, msgspec.Meta(max_length=32)]
    colour: int
