"""What a typed text asks for: a line, or a command. Pure; it runs before the request is queued."""

import msgspec

from chat.plugin import installed
from chat.rendering import rendered
from chat.text import Text, written
from realtime.errors import unprocessable


class SlashCommand(msgspec.Struct, frozen=True):
    """`/name rest`."""

    name: str
    rest: str


Said = Text | SlashCommand


def understood(text: str) -> Said:
    """`//text` says `/text`; a `/name` that no app has registered is 422 `unknown_command`."""
    kept = written(text)
    if not kept.startswith("/"):
        return rendered(kept)
    if kept.startswith("//"):
        return rendered(kept[1:])
    name, _, rest = kept[1:].replace("\n", " ", 1).partition(" ")
    if name not in installed.commands:
        raise unprocessable("unknown_command", f"/{name[:40]}")
    return SlashCommand(name, rest.strip())
