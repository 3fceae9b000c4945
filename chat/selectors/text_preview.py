"""Show a text as it will be when it is posted. Nothing is stored."""

from typing import Any

import msgspec

from accounts.selectors import people
from chat import protocol
from chat.mentions import HERE, mentioned, with_names
from chat.parsing import ParsedMessage, SlashCommand, parse
from chat.text import light
from realtime import UserId, method, unprocessable


@method("text.preview", protocol.TextPreview, lane="read", preprocess=("text", parse), cheap=light, cost=2)
def text_preview(*, text: ParsedMessage) -> dict[str, Any]:
    """Return the data of the message that the text would be. A slash command stays as typed.

    Raise the errors that posting raises for the text alone.
    """
    if isinstance(text, SlashCommand):
        return {"text": f"/{text.name} {text.rest}".rstrip()}
    if not text.text:
        raise unprocessable("empty", "nothing to say")
    keys = mentioned(text.text, text.html)
    found = people({UserId(key) for key in keys if key != HERE}) if keys else {}
    names = {str(key): str(person["name"]) for key, person in found.items()}
    names |= {HERE: ""} if HERE in keys else {}
    shown = msgspec.structs.replace(text, html=text.html and with_names(text.html, names), mentions=names or None)
    preview: dict[str, Any] = msgspec.to_builtins(shown)
    return preview
