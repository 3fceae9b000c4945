"""Mentions in a text: `<@user>` calls a person, `<@here>` everybody in the room. Pure.

In HTML a mention is `<span class="mention" data-user="user">@name</span>`. In code and in the text of a link it is no
mention. `static/chat/state/mentions.js` reads the same.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Final

from markdown_it.rules_inline import StateInline

HERE: Final = "here"
PEOPLE: Final = 20
"""A message mentions at most so many different people."""
MENTION: Final = re.compile(r"<@([A-Za-z0-9]{12}|here)>")
SPAN: Final = re.compile(r'<span class="mention" data-user="([A-Za-z0-9]+)">[^<]*</span>')


def mention(state: StateInline, silent: bool) -> bool:
    """Turn `<@user>` into a mention: a rule of markdown-it, called at the `<`."""
    found = None if state.linkLevel else MENTION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        opening = state.push("mention_open", "span", 1)
        opening.attrs = {"class": "mention", "data-user": found[1]}
        state.push("text", "", 0).content = "@"
        state.push("mention_close", "span", -1)
    state.pos = found.end()
    return True


def mentioned(text: str, html: str | None) -> list[str]:
    """Return the keys of the users that a message mentions, and `HERE`, each once. A text without HTML has no code."""
    if "<@" not in text:
        return []
    return list(dict.fromkeys(MENTION.findall(text) if html is None else SPAN.findall(html)))


def with_names(html: str, names: Mapping[str, str]) -> str:
    """Return the HTML with the names in its mentions. One of an unknown user is shown as typed."""

    def named(found: re.Match[str]) -> str:
        key = found[1]
        if key not in names:
            return f"&lt;@{key}&gt;"
        return f'<span class="mention" data-user="{key}">@{escape(names[key] or key)}</span>'

    return SPAN.sub(named, html)


def plain(text: str, name_of: Callable[[str], str | None]) -> str:
    """Return a text without HTML with `@name` for each mention. Without a name it is shown as typed."""

    def named(found: re.Match[str]) -> str:
        name = HERE if found[1] == HERE else name_of(found[1])
        return found[0] if name is None else f"@{name}"

    return MENTION.sub(named, text)
