"""Write static/emoji/emoji.json, the emoji of the picker and of `:name:`: `.venv/bin/python bin/emoji_names.py`.

The package `emoji` gives which emoji there are, their spelling and their names in English and Chinese. `emojibase-data`
of npm gives what it lacks: the groups, the order, more words for the search, and the names that GitHub and Slack use.
The result is committed, so that a site needs no npm. `tests/chat/test_emoji_names.py` compares it with `emoji`.
"""

import json
import re
import subprocess
import tarfile
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from emoji import EMOJI_DATA, STATUS, config

SOURCE = "emojibase-data@17.0.0"
GOAL = Path(__file__).parent.parent / "static/emoji/emoji.json"
GROUPS = {0: "smileys", 1: "people", 3: "nature", 4: "food", 5: "places", 6: "activities", 7: "objects", 8: "symbols"}
GROUPS |= {9: "flags"}
PRESENTATION, JOINER, TONE = "\ufe0f", "\u200d", "\U0001f3fd"


def spelling(hexcode: str) -> str:
    """Return the emoji as it is fully qualified."""
    bare = "".join(chr(int(code, 16)) for code in hexcode.split("-")).replace(PRESENTATION, "")
    return QUALIFIED[bare]


def toned(emoji: str) -> int:
    """Return 1 when a skin tone follows the first character, 2 when one follows each person or hand, else 0."""
    first, rest = emoji[0], emoji[1:].removeprefix(PRESENTATION)
    if first + TONE + rest in EMOJI_DATA:
        return 1
    people = JOINER.join(part[0] + TONE if part[0] in "👨👩🧑🫱🫲" else part for part in emoji.split(JOINER))
    return 2 if people != emoji and people in EMOJI_DATA else 0


def words(*given: str) -> str:
    """Return different words in one text, separated by spaces."""
    plain = [re.sub(r"[^\w+#*-]", "", unicodedata.normalize("NFC", word).replace(" ", "_")) for word in given]
    return " ".join(dict.fromkeys(word.casefold() for word in plain if word))


def listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def names_of(hexcodes: list[str], codes: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the English names by code. No two emoji have the same name: the first list that gives it decides."""
    given: dict[str, str] = {}
    facts = {code: EMOJI_DATA[spelling(code)] for code in hexcodes}
    own = [{code: [facts[code]["en"], *facts[code].get("alias", [])] for code in hexcodes}]
    for names in codes + own:
        for code in hexcodes:
            for name in words(*listed(names.get(code))).split():
                given.setdefault(name, code)
    return {code: [name for name, goal in given.items() if goal == code] for code in hexcodes}


def row(entry: dict[str, Any], chinese: dict[str, Any], known: list[str]) -> list[Any]:
    """Return `[emoji, tones, English names, English words, Chinese name, Chinese words]`."""
    emoji = spelling(entry["hexcode"])
    facts = EMOJI_DATA[emoji]
    names = " ".join(known)
    tags = words(*(entry["label"].split()), *" ".join(entry.get("tags", [])).split())
    more = " ".join(word for word in tags.split() if word not in names.split())
    name = words(facts["zh"]).replace("_", "")
    said = words(chinese["label"].removeprefix("旗: "), *chinese.get("tags", []))
    return [emoji, toned(emoji), names, more, name, " ".join(word for word in said.split() if word != name)]


def main() -> None:
    config.load_language("zh")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", SOURCE], cwd=folder, check=True)  # noqa: S603, S607 - a fixed command
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as packed:
            packed.extractall(folder, filter="data")
        read = lambda path: json.loads((Path(folder) / "package" / f"{path}.json").read_text())  # noqa: E731
        chinese = {entry["hexcode"]: entry for entry in read("zh/data")}
        codes = [read("en/shortcodes/iamcal"), read("en/shortcodes/github")]
        entries = sorted(
            (each for each in read("en/data") if each.get("group") in GROUPS), key=lambda each: each["order"]
        )
    names = names_of([each["hexcode"] for each in entries], codes)
    rows: dict[str, list[str]] = {name: [] for name in GROUPS.values()}
    for entry in entries:
        made = row(entry, chinese[entry["hexcode"]], names[entry["hexcode"]])
        rows[GROUPS[entry["group"]]].append(json.dumps(made, ensure_ascii=False, separators=(",", ":")))
    groups = (json.dumps(name) + ":[\n" + ",\n".join(lines) + "\n]" for name, lines in rows.items())
    GOAL.parent.mkdir(exist_ok=True)
    GOAL.write_text("{" + ",\n".join(groups) + "}\n")


QUALIFIED = {
    sign.replace(PRESENTATION, ""): sign
    for sign, facts in EMOJI_DATA.items()
    if facts["status"] == STATUS["fully_qualified"]
}

if __name__ == "__main__":
    main()
