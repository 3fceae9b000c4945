"""Parse a typed text as a message or a command. Pure; it runs before the request is queued."""

import msgspec

from chat.plugin import installed
from chat.rendering import rendered
from chat.text import Text, written
from realtime import unprocessable


class SlashCommand(msgspec.Struct, frozen=True):
    """A slash command: `/name rest`."""

    name: str
    rest: str


ParsedMessage = Text | SlashCommand


def parse(text: str) -> ParsedMessage:
    """Parse a typed text. `//text` is the message `/text`. Raise 422 `unknown_command` for an unknown `/name`.

    A text without characters is left to the service, because a message with files needs none.
    """
    stored = written(text, blank=True)
    if not stored.startswith("/"):
        return rendered(stored)
    if stored.startswith("//"):
        return rendered(stored[1:])
    name, _, rest = stored[1:].replace("\n", " ", 1).partition(" ")
    if name not in installed.commands:
        raise unprocessable("unknown_command", f"/{name[:40]}")
    return SlashCommand(name, rest.strip())
