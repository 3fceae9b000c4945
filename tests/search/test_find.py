"""Tests of search: the words it finds, the filters, and the order."""

import pytest
import time_machine

from realtime.errors import RealtimeError
from realtime.types import Caller, LogKey
from tests.actions import act, post, room
from tests.search.finding import found, indexed, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("see you at the café tonight", "cafe"),
        ("see you at the cafe tonight", "CAFÉ"),
        ("Straße", "strasse"),
        ("我们明天去上海玩", "上海"),
        ("我们明天去上海玩", "上"),
        ("我们明天去上海玩", "明天去上海"),
        ("今天itgc开会", "itgc"),
        ("東京タワーに行く", "タワー"),
        ("ﾀﾜｰ ｶﾞﾗｽ", "ガラス"),
        ("제주 여행을 가자", "여행"),
        ("ไปเที่ยวทะเล", "ทะเล"),
        ("यह हिन्दी है", "हिन्दी"),
        ("foo_bar.baz", "bar"),
        ("read https://example.com/a/page", "example.com"),
        ("well done 🎉 you", "🎉"),
        ("a cup of tea", '"cup of tea"'),
        ("a cup of tea", "tea cup"),
        ("a cup of tea", "“cup of”"),
        ("giraffes are tall", "gir*"),
        ("say AND or NOT", "AND NOT"),
        ("a (b) {c} ^d - e:f", "(b) {c} ^d e:f"),
        ("it's don't", "don't"),
        ('he said "no', '"no'),
    ],
)
def test_search_finds(ana: Caller, key: LogKey, text: str, query: str) -> None:
    o = post(ana, key, text)
    assert found(ana, query) == [o]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("我们明天去上海玩", "海上"),
        ("我们明天去上海玩", "北京"),
        ("a cup of tea", '"tea cup"'),
        ("giraffes", "gir"),
        ("かき", "がき"),
        ("lamp", "lamps"),
        ("near far", "NEAR(near"),
    ],
)
def test_search_finds_no_other_text(ana: Caller, key: LogKey, text: str, query: str) -> None:
    post(ana, key, text)
    assert found(ana, query) == []


def test_hits_are_newest_first_in_pages_of_twenty(ana: Caller, key: LogKey) -> None:
    offsets = [post(ana, key, f"lamp {n}") for n in range(45)]
    indexed()
    seen, more = [], None
    for size in (20, 20, 5):
        page = search(ana, "lamp", before=more)
        assert len(page["hits"]) == size
        seen += [hit["o"] for hit in page["hits"]]
        more = page["next"]
    assert (seen, more) == (offsets[::-1], None)


def test_hit_names_its_place_and_marks_its_matches(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "the **lamp** is on, the lamp!")
    indexed()
    page = search(ana, "lamp")
    [hit] = page["hits"]
    assert (hit["room"], hit["o"], hit["by"]) == (key, o, ana.id)
    assert hit["snippet"] == ["the ", "lamp", " is on, the ", "lamp", "!"]
    assert (page["people"][ana.id]["name"], page["rooms"][key]["key"]) == ("Ana", key)
    assert (page["partial"], page["building"], page["next"]) == (False, False, None)


def test_edit_and_deletion_and_restore_reach_the_index(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "first words")
    assert found(ana, "first") == [o]
    act(ana, "message.edit", room=key, o=o, text="second words")
    assert (found(ana, "first"), found(ana, "second")) == ([], [o])
    act(ana, "message.delete", room=key, o=o)
    assert found(ana, "second") == []
    act(ana, "message.restore", room=key, o=o)
    assert found(ana, "second") == [o]


def test_deleted_message_is_no_hit_before_the_index_knows(ana: Caller, key: LogKey) -> None:
    o = post(ana, key, "soon gone")
    indexed()
    act(ana, "message.delete", room=key, o=o)
    assert search(ana, "soon")["hits"] == []


def test_filters_work_with_and_without_words(ana: Caller, ben: Caller, key: LogKey) -> None:
    other = room(ana, ben, name="棋牌室")
    lamp, link = post(ana, key, "lamp"), post(ben, key, "lamp https://example.com/x")
    far = post(ben, other, "lamp")
    assert found(ana, "lamp from:Ana") == [lamp]
    assert found(ben, "from:me has:link") == [link]
    assert found(ana, "from:@ben in:#棋牌室") == [far]
    assert found(ana, f"in:{other} lamp") == [far]
    assert sorted(found(ana, "from:ana from:ben lamp")) == sorted([far, link, lamp])
    assert found(ana, "has:link has:image") == []


def test_search_finds_people_with_chinese_names(ana: Caller, key: LogKey) -> None:
    from tests.actions import guest

    mei = guest("林 小美")
    act(mei, "room.join", room=key)
    o = post(mei, key, "你好")
    assert found(ana, 'from:"林 小美"') == [o]
    assert found(ana, "from\uff1a“林 小美” 好") == [o]


@pytest.mark.parametrize(
    ("query", "type", "detail"),
    [
        ("from:Nobody lamp", "unknown_person", "Nobody"),
        ("in:Nowhere", "unknown_room", "Nowhere"),
        ("has:teeth", "bad_has", "teeth"),
        ("before:yesterday", "bad_date", "yesterday"),
        ("after:2026-13-01", "bad_date", "2026-13-01"),
        ("on:0000-01-01", "bad_date", "0000-01-01"),
        ("", "empty", "nothing to search for"),
        (' "" !? * ', "empty", "nothing to search for"),
        ("x" * 10_000, "too_long", "at most 1000 characters"),
        ("a b " * 50, "too_many_words", "at most 50"),
    ],
)
def test_wrong_query_is_422_that_says_which_part(ana: Caller, query: str, type: str, detail: str) -> None:
    with pytest.raises(RealtimeError) as error:
        search(ana, query)
    assert (error.value.code, error.value.type, error.value.detail) == (422, type, detail)


@pytest.mark.parametrize(
    "query", ['"', '""', "'", "NEAR(", "a AND", "NOT", "* *", "^", "{x}:y", "col:umn", "x';--", "%s", "\\", "a\\' b"]
)
def test_operators_of_the_databases_are_plain_text(ana: Caller, key: LogKey, query: str) -> None:
    o = post(ana, key, f"lamp {query} end")
    indexed()
    assert [hit["o"] for hit in search(ana, f"lamp {query}")["hits"]] in ([o], [])


def test_dates_are_days_of_the_reader(ana: Caller, key: LogKey) -> None:
    offsets = []
    for moment in ("2026-12-10T22:30:00+00:00", "2026-12-10T23:30:00+00:00", "2026-12-12T12:00:00+00:00"):
        with time_machine.travel(moment, tick=False):
            offsets.append(post(ana, key, "lamp"))
    first, second, third = offsets
    assert found(ana, "lamp on:2026-12-10") == [second, first]
    assert found(ana, "on:2026-12-11", zone=60) == [second]
    assert found(ana, "lamp before:2026-12-11", zone=60) == [first]
    assert found(ana, "after:2026-12-10") == [third]
    assert found(ana, "lamp after:2026年12月10日 before:2026/12/12") == []


def test_snippet_hides_spoilers_and_names_mentioned_people(ana: Caller, ben: Caller, key: LogKey) -> None:
    post(ana, key, "the killer is ||the **butler** Jeeves|| they say")
    indexed()
    [hit] = search(ana, "killer")["hits"]
    assert "butler" not in "".join(hit["snippet"])
    assert "they say" in "".join(hit["snippet"])
    [hit] = search(ana, "butler")["hits"]
    assert "butler" not in "".join(hit["snippet"])
    o = post(ana, key, f"ask <@{ben.id}> about it")
    assert found(ana, "ask Ben about") == [o]
    assert "<@" not in "".join(search(ana, "ask Ben about")["hits"][0]["snippet"])
