"""The rows that a page shows before any script has run."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.avatars import initials
from accounts.models import User
from chat.rows import rows_of
from realtime.types import LogKey
from tests.actions import act, again, guest, post, room

WORDS = json.loads((settings.BASE / "static/words/en.json").read_text())
PEOPLE = {"a": {"name": "Ana Sol", "face": "", "colour": 3}, "b": {"name": "Ben", "face": "🦦", "colour": 1}}
BEFORE = {"name": "Den", "topic": "", "public": True}


def line(o: int, by: str | None = "a", *, at: int = 0, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"o": o, "by": by, "at": at, "kind": kind, "data": {"text": f"m{o}"}, "edited": None, "removed": None} | more


def rows(*lines: dict[str, Any], blocked: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return rows_of({"lines": lines, "people": PEOPLE, "room": {"hosts": ["b", "c"]}}, WORDS, blocked)


def test_row_has_the_badge_of_its_author(monkeypatch: pytest.MonkeyPatch) -> None:
    ranks = {"a": "guest", "b": "guest", "c": "admin", "d": ""}
    monkeypatch.setitem(globals(), "PEOPLE", {key: PEOPLE["a"] | {"badge": badge} for key, badge in ranks.items()})
    found = rows(*(line(o, by) for o, by in enumerate(ranks)))
    assert [row["badge"] for row in found] == ["guest", "host", "admin", ""]
    assert [row["badge_word"] for row in found] == ["Guest", "Host", "Admin", ""]


def test_long_message_is_folded() -> None:
    texts = ["a\n" * 23 + "a", "a\n" * 24 + "a", "x" * 1920, "x" * 1921]
    assert [row["long"] for row in rows(*(line(o, data={"text": text}) for o, text in enumerate(texts)))] == [
        False, True, False, True,
    ]  # fmt: skip


def test_older_message_turns_no_direction() -> None:
    [row] = rows(line(1, data={"text": "a\u202eb", "html": "<p>a\u202eb</p>"}))
    assert (row["text"], row["html"]) == ("ab", "<p>ab</p>")


def test_row_shows_author_time_and_text() -> None:
    [row] = rows(line(7, "b", at=1_700_000_000_000))
    assert [row[name] for name in ("o", "name", "face", "emoji_face", "colour", "text", "plain")] == [
        7, "Ben", "🦦", True, 1, "m7", True,
    ]  # fmt: skip
    assert row["at"] == "2023-11-14T22:13:20+00:00"


def test_messages_of_one_person_within_five_minutes_are_grouped() -> None:
    found = rows(line(1), line(2, at=299_999), line(3, at=300_000), line(4, "b", at=300_001))
    assert [row["grouped"] for row in found] == [False, True, False, False]


def test_author_who_is_unknown_has_no_name() -> None:
    assert rows(line(1, "c"))[0]["name"] == "…"


def test_deleted_messages_say_by_whom_and_three_in_a_row_are_left_to_the_client() -> None:
    gone: dict[str, Any] = {"data": None, "removed": {"by": "b", "at": 1}}
    own: dict[str, Any] = {"data": None, "removed": {"by": "a", "at": 1}}
    found = rows(line(1, **gone), line(2, **own), line(3), *(line(o, **gone) for o in (4, 5, 6)), line(7))
    assert [row["o"] for row in found] == [1, 2, 3, 7]
    assert [row["text"] for row in found[:2]] == [WORDS["line.removed_by_host"], WORDS["line.removed"]]
    assert not found[-1]["grouped"]


def test_message_that_may_not_be_read_has_no_row() -> None:
    assert rows(line(1, data=None)) == []


def test_message_of_a_blocked_person_is_not_shown() -> None:
    [row] = rows(line(1, "b", data={"text": "secret", "html": "<p>secret</p>"}), blocked=("b",))
    assert row["text"] == WORDS["line.blocked"]
    assert "secret" not in str(row)


@pytest.mark.parametrize(
    ("text", "html", "shown"),
    [
        ("a", "<p>x</p><p>a</p>", '<p>x</p><p>a <span class="edited">{edited}</span></p>'),
        ("a", "<ul><li>a</li></ul>", '<ul><li>a</li></ul> <span class="edited">{edited}</span>'),
        ("<b>", "", '&lt;b&gt; <span class="edited">{edited}</span>'),
    ],
)
def test_edited_message_says_so_at_its_end(text: str, html: str, shown: str) -> None:
    [row] = rows(line(1, edited=5, data={"text": text, "html": html}))
    assert (row["html"], row["plain"]) == (shown.replace("{edited}", WORDS["line.edited"]), not html)


@pytest.mark.parametrize(
    ("kind", "data", "word", "values"),
    [
        ("room.created", {"name": "{who}"}, "line.created", {"name": "{who}"}),
        ("room.changed", BEFORE | {"name": "Nest", "before": BEFORE}, "line.renamed", {"name": "Nest"}),
        ("room.changed", BEFORE | {"topic": "x", "before": BEFORE}, "line.topic", {"topic": "x"}),
        ("room.changed", BEFORE | {"before": BEFORE | {"topic": "x"}}, "line.topic_cleared", {}),
        ("room.changed", BEFORE | {"before": BEFORE | {"public": False}}, "line.made_public", {}),
        ("room.changed", BEFORE | {"public": False, "before": BEFORE}, "line.made_private", {}),
    ],
)
def test_system_messages_are_sentences(kind: str, data: dict[str, Any], word: str, values: dict[str, str]) -> None:
    [row] = rows(line(1, kind=kind, data=data))
    sentence = WORDS[word].replace("{who}", "Ana Sol")
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", value)
    assert (row["system"], row["text"]) == (True, sentence)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("ana", "AN"), ("Ana Sol", "AS"), ("ana-maria_x", "AM"), ("李雷", "李"), ("X", "X"), ("...", "?"), ("ひ a", "ひ")],
)
def test_initials_are_those_of_the_client(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.django_db
def test_page_brings_its_messages_as_html_and_is_kept_nowhere(client: Client) -> None:
    host = guest("Host")
    key = room(host)
    post(host, key, "Good **morning**")
    post(host, key, "1 < 2 & <script>")
    page = client.get(f"/r/{key}/")
    body = page.content.decode()
    log = body[body.index('id="lines"') : body.index('id="lines-keys"')]
    assert "<strong>morning</strong>" in log
    assert "1 &lt; 2 &amp; &lt;script&gt;" in log
    offsets = [row["o"] for row in page.context["rows"]]
    assert offsets == [row["o"] for row in page.context["boot"]["snapshot"]["lines"]]
    assert page.context["boot"]["snapshot"]["head"]["o"] >= offsets[-1]
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db
def test_page_hides_what_a_blocked_person_wrote(client: Client) -> None:
    client.post("/enter/", {"name": "Ana", "face": "", "colour": "3", "next": "/"})
    ana, eve = again(User.objects.get(name="Ana")), guest("Eve")
    key = LogKey(client.get("/", follow=True).context["boot"]["room"])
    act(eve, "room.join", room=key)
    post(eve, key, "hateful words")
    act(ana, "person.block", user=eve.id, blocked=True)
    page = client.get(f"/r/{key}/")
    assert page.context["boot"]["blocked"] == [eve.id]
    assert WORDS["line.blocked"] in page.content.decode()


def test_row_of_a_reply_has_its_quote() -> None:
    quote = {"by": "b", "kind": "text", "text": "pizza?", "removed": False}
    quotes = {
        "1": quote,
        "2": quote | {"text": "", "removed": True},
        "3": {"hidden": True},
        "4": quote | {"by": "eve"},
        "5": quote | {"kind": "roll", "text": ""},
    }
    lines = [line(o + 10, at=o, re=o) for o in range(1, 6)]
    removed = line(16, at=6, re=1, data=None, removed={"by": "a", "at": 7})
    snapshot = {"lines": [*lines, removed], "people": PEOPLE, "quotes": quotes}
    found = rows_of(snapshot | {"room": {"key": "k", "hosts": []}}, WORDS, ["eve"])
    assert [row.get("quote") for row in found] == [
        {"href": "/r/k/@1", "name": "Ben", "text": "pizza?", "note": False},
        {"href": "/r/k/@2", "name": "", "text": WORDS["quote.removed"], "note": True},
        {"href": "", "name": "", "text": WORDS["quote.hidden"], "note": True},
        {"href": "/r/k/@4", "name": "", "text": WORDS["line.blocked"], "note": True},
        {"href": "/r/k/@5", "name": "Ben", "text": WORDS["quote.kind.roll"], "note": True},
        None,
    ]
    assert [row["grouped"] for row in found] == [False] * 5 + [True]


def test_row_has_reactions_as_the_client_shows_them() -> None:
    reactions = [["👍", ["a", "b"]], ["🎉", ["b"]]]
    lines = [line(1, reactions=reactions), line(2, "b", reactions=reactions)]
    snapshot = {"lines": lines, "people": PEOPLE, "room": {"hosts": []}}
    first, hidden = rows_of(snapshot, WORDS, ["b"], "a")
    assert first["reactions"] == [
        {"emoji": "👍", "n": 2, "mine": True, "label": "👍 2, you reacted"},
        {"emoji": "🎉", "n": 1, "mine": False, "label": "🎉 1"},
    ]
    assert hidden["reactions"] == []
    assert [row["may_react"] for row in rows(line(1))] == [False]
