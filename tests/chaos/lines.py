"""The timeline of a room, built by a client from a snapshot and the events after it."""

from typing import Any

Line = dict[str, Any]


class Lines:
    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}

    def opened(self, lines: list[Line]) -> None:
        """Replace all messages by those of a snapshot."""
        self._lines = {line["o"]: line for line in lines}

    def received(self, event: dict[str, Any]) -> None:
        data = event.get("data")
        match event["kind"]:
            case "message.posted":
                text = data and {"text": data.get("text")}
                self._lines[event["o"]] = {
                    "o": event["o"],
                    "by": event["by"],
                    "data": text,
                    "edited": None,
                    "removed": None,
                }
            case "message.edited" | "message.restored" if data:
                self._lines[data["line"]["o"]] = data["line"]
            case "message.reacted" if data and data["o"] in self._lines:
                self._reacted(self._lines[data["o"]], event["by"], data)
            case "message.deleted" if data and data["o"] in self._lines:
                removed = {"by": data["by"], "at": data["at"]}
                self._lines[data["o"]] = {**self._lines[data["o"]], "data": None, "removed": removed}

    def _reacted(self, line: Line, by: str, data: dict[str, Any]) -> None:
        reactions = {emoji: dict.fromkeys(users) for emoji, users in line.get("reactions", ())}
        if data["on"]:
            reactions.setdefault(data["emoji"], {})[by] = None
        else:
            reactions.get(data["emoji"], {}).pop(by, None)
        left = [[emoji, list(users)] for emoji, users in reactions.items() if users]
        self._lines[line["o"]] = {**line, "reactions": left}

    def summary(self) -> dict[str, list[Any]]:
        """Return `{o: [author, text, removed, edited, reactions]}`; of a removed message the last two are None."""
        return {
            str(o): [
                line["by"],
                (line["data"] or {}).get("text"),
                line["removed"],
                None if line["removed"] else line["edited"],
                None if line["removed"] else sorted_reactions(line),
            ]
            for o, line in sorted(self._lines.items())
        }


def sorted_reactions(line: Line) -> list[Any]:
    """Return the reactions as a set: a snapshot that was read during a change may have another order."""
    return sorted([emoji, sorted(users)] for emoji, users in line.get("reactions", ()))
