"""Build the rows of messages that a page shows before any script has run. Pure.

`static/chat/state/rows.js` and `static/chat/views/message.js` build the same rows, so that the page does not jump when
the client takes over. The client adds days and times, because the server does not know the reader's time zone.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from django.utils.html import escape, format_html

from accounts.avatars import EMOJI, initials
from chat import mentions
from chat.file_rows import file_rows

TOGETHER_MS: Final = 5 * 60 * 1000
TURNS: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Characters that change the direction of a text. Messages of an older release may contain them."""
LONG_LINES, CHARACTERS_A_LINE = 24, 80
"""A message with more lines is shown folded."""
RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
FOLDED: Final = 3
"""The client shows so many consecutive deleted messages as one row."""
SYSTEM_KINDS: Final = frozenset({"room.created", "room.changed"})
UNKNOWN: Final = {"name": "…", "face": "", "colour": 8}
ONLY_EMOJI: Final = re.compile(rf"(?:(?:{EMOJI.pattern})\s*){{1,5}}")
END: Final = "</p>"
Row = dict[str, Any]


def rows_of(
    snapshot: Mapping[str, Any], words: Mapping[str, str], blocked: Collection[str], me: str | None = None
) -> list[Row]:
    """Return the rows for the messages of a snapshot, oldest first. `words` are the client's texts in one language.

    `me` is the reader; messages that call them are marked. A run of `FOLDED` or more deleted messages has no rows:
    the client adds one row for them.
    """
    room = str(snapshot["room"].get("key", ""))
    quotes = {
        o: _quote(quote, f"/r/{room}/@{o}", snapshot["people"], words, blocked)
        for o, quote in snapshot.get("quotes", {}).items()
    }
    visible = [message for message in snapshot["lines"] if message["data"] is not None or message["removed"]]
    rows: list[Row] = []
    head: dict[str, Any] | None = None
    for removed, group in groupby(visible, key=lambda message: bool(message["removed"])):
        messages = list(group)
        if removed and len(messages) >= FOLDED:
            head = None
            continue
        for message in messages:
            grouped = head is not None and _belong_together(head, message)
            head = head if grouped else message
            badge = badge_of(snapshot, message["by"])
            word = words[f"badge.{badge}"] if badge else ""
            row = _row(message, grouped, snapshot["people"], words, blocked)
            if not row["removed"] and not row["system"]:
                row["quote"] = quotes.get(str(message.get("re")))
            reactions = [] if row["removed"] else _reactions(message.get("reactions", ()), words, me)
            more = {"badge": badge, "badge_word": word, "reactions": reactions, "may_react": bool(me)}
            calls = not row["removed"] and message["by"] != me and calls_me(message["data"], me)
            rows.append(row | more | {"calls": calls})
    return rows


def badge_of(snapshot: Mapping[str, Any], user: str | None) -> str:
    """Return the badge for a name: `admin`, `moderator`, `host` or `guest`, or an empty text."""
    badge = str(snapshot["people"].get(user, {}).get("badge", ""))
    is_host = badge not in {"admin", "moderator"} and user in snapshot["room"]["hosts"]
    return "host" if is_host else badge


def _belong_together(head: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    both_written = head["kind"] not in SYSTEM_KINDS and message["kind"] not in SYSTEM_KINDS
    if message.get("re") is not None and not message["removed"]:
        return False
    return both_written and head["by"] == message["by"] and message["at"] - head["at"] < TOGETHER_MS


def _row(
    message: Mapping[str, Any],
    grouped: bool,
    people: Mapping[str, Any],
    words: Mapping[str, str],
    blocked: Collection[str],
) -> Row:
    author = people.get(message["by"], UNKNOWN)
    data = message["data"] or {}
    hidden = message["by"] in blocked
    row = {
        "o": message["o"],
        "at": datetime.fromtimestamp(message["at"] / 1000, UTC).isoformat(),
        "system": message["kind"] in SYSTEM_KINDS,
        "grouped": grouped,
        "removed": bool(message["removed"]) or hidden,
        "pinned": "pinned" in message and not message["removed"] and not hidden,
        "name": author["name"],
        "face": author["face"] or initials(author["name"]),
        "emoji_face": bool(author["face"]),
        "colour": author["colour"],
    }
    if hidden:
        return row | {"text": words["line.blocked"]}
    if message["removed"]:
        own = message["removed"]["by"] == message["by"]
        return row | {"text": words["line.removed" if own else "line.removed_by_host"]}
    if row["system"]:
        return row | {"text": _system_text(message["kind"], data, author["name"], words)}
    text = data.get("text", "").translate(TURNS) if message["kind"] == "text" else ""
    html = data.get("html", "").translate(TURNS) if message["kind"] == "text" else ""
    is_long = _is_long(text)
    text, html = _with_names(text, html, data.get("mentions") or {}, people)
    if message["edited"]:
        mark = format_html(' <span class="edited">{}</span>', words["line.edited"])
        html = f"{html[: -len(END)]}{mark}{END}" if html.endswith(END) else f"{html or escape(text)}{mark}"
    plain = not data.get("html")
    only_emoji = bool(ONLY_EMOJI.fullmatch(text.strip()))
    is_text = message["kind"] == "text"
    previews = data.get("previews", ()) if is_text else ()
    files = file_rows(data.get("files", ()), words) if is_text else []
    tiles = sum(file["look"] == "picture" for file in files) > 1
    shown = {"text": text, "html": html, "plain": plain, "only_emoji": only_emoji, "long": is_long}
    return row | shown | {"previews": previews, "files": files, "tiles": tiles}


def calls_me(data: Mapping[str, Any] | None, me: str | None) -> bool:
    """Tell whether a message calls the reader, by name or with everybody in the room."""
    called = (data or {}).get("mentions") or {}
    return me is not None and (me in called or mentions.HERE in called)


def _with_names(text: str, html: str, called: Mapping[str, str], people: Mapping[str, Any]) -> tuple[str, str]:
    """Return a text and its HTML with the present names of the people that it mentions."""
    if not called:
        return text, html
    names = {user: people[user]["name"] if user in people else name for user, name in called.items()}
    return mentions.plain(text, names.get), mentions.with_names(html, names)


def _quote(
    quote: Mapping[str, Any], href: str, people: Mapping[str, Any], words: Mapping[str, str], blocked: Collection[str]
) -> Row:
    """Return `{href, name, text, note}`: what a reply shows of its original. `note`: the text is one of ours."""
    if quote.get("hidden"):
        return {"href": "", "name": "", "text": words["quote.hidden"], "note": True}
    if quote["removed"] or quote["by"] in blocked:
        return {
            "href": href,
            "name": "",
            "text": words["quote.removed" if quote["removed"] else "line.blocked"],
            "note": True,
        }
    text = mentions.plain(quote["text"].translate(TURNS), lambda user: people.get(user, UNKNOWN)["name"])
    kind = words.get(f"quote.kind.{quote['kind']}", words["quote.kind.other"])
    name = people.get(quote["by"], UNKNOWN)["name"]
    return {"href": href, "name": name, "text": text or kind, "note": not text}


def _reactions(
    reactions: Collection[tuple[str, Collection[str]]], words: Mapping[str, str], me: str | None
) -> list[dict[str, Any]]:
    found = []
    for emoji, users in reactions:
        mine, n = me in users, len(users)
        label = _filled(words["reactions.mine" if mine else "reactions.count"], emoji=emoji, n=str(n))
        found.append({"emoji": emoji, "n": n, "mine": mine, "label": label})
    return found


def _is_long(text: str) -> bool:
    lines = (max(1, -(-len(line) // CHARACTERS_A_LINE)) for line in text.split("\n"))
    return len(text) > LONG_LINES and sum(lines) > LONG_LINES


def _system_text(kind: str, data: Mapping[str, Any], who: str, words: Mapping[str, str]) -> str:
    if kind == "room.created":
        return _filled(words["line.created"], who=who, name=data["name"])
    before = data["before"]
    if data["name"] != before["name"]:
        return _filled(words["line.renamed"], who=who, name=data["name"])
    if data["topic"] != before["topic"]:
        return _filled(words["line.topic" if data["topic"] else "line.topic_cleared"], who=who, topic=data["topic"])
    return _filled(words["line.made_public" if data["public"] else "line.made_private"], who=who)


def _filled(sentence: str, **values: str) -> str:
    """Return the sentence with its values filled in. Placeholders within a value are not replaced."""
    return re.sub(r"\{(\w+)\}", lambda found: _isolated(values.get(found[1], found[0])), sentence)


def _isolated(value: str) -> str:
    """Return a value isolated when it has right-to-left letters, so that the sentence around it keeps its direction."""
    return f"\u2068{value}\u2069" if RIGHT_TO_LEFT.search(value) else value
