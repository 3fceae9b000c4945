#!/usr/bin/env python3
"""Measure searches over a million messages in 1,000 rooms, in the empty database of DATABASE_URL.

    DATABASE_URL=sqlite:////tmp/search.sqlite3 python -m bench.search

It writes the messages itself, builds the index by `manage.py index`, and calls the method `search.messages`: as a
person in all rooms, and as one in three of them. Prints a table in Markdown.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Any, Final

MESSAGES: Final = int(os.environ.get("MESSAGES", "1_000_000"))
ROOMS: Final = 1_000
WRITERS: Final = 300
TIMES: Final = 40
"""A search is done so many times; the first ones find a cold cache."""
LETTERS: Final = "bcdfghklmnprstvw", "aeiou"
COMMON: Final = ["the", "and", "you", "that", "game", "lamp", "tea", "table"]
CHINESE: Final = (
    "的一是不了人我在有他这上个们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对"
    "小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动"
    "方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感"
)


def vocabulary(chance: Random) -> list[str]:
    """Return 20,000 words, the commonest first."""
    first, second = LETTERS
    made = {
        "".join(chance.choice(first) + chance.choice(second) for _ in range(chance.randint(2, 4)))
        for _ in range(30_000)
    }
    return [*COMMON, *sorted(made - set(COMMON))[:20_000]]


def texts(chance: Random) -> Iterator[str]:
    """Yield texts whose words are as frequent as in a language (Zipf), one in five of them in Chinese."""
    words = vocabulary(chance)
    chance.shuffle(tail := words[len(COMMON) :])
    words[len(COMMON) :] = tail
    weights = list(accumulate(1 / (place + 2) for place in range(len(words))))
    signs = list(accumulate(1 / (place + 5) for place in range(len(CHINESE))))
    while True:
        if chance.random() < 0.2:
            yield "".join(chance.choices(CHINESE, cum_weights=signs, k=chance.randint(4, 30)))
        else:
            yield " ".join(chance.choices(words, cum_weights=weights, k=chance.randint(3, 20)))


def fill(people: Sequence[Any]) -> list[int]:
    """Write the rooms and the messages. Return the primary keys of the rooms."""
    from django.db import transaction

    from chat.models import Message, Room
    from realtime.log import key_new, now_ms
    from realtime.models import Log
    from realtime.storage.bulk_insert import insert_many

    chance, now, each = Random(1), now_ms(), MESSAGES // ROOMS  # noqa: S311 - the same for all
    logs = Log.objects.bulk_create([Log(key=key_new(), head=each, lines=each) for _ in range(ROOMS)])
    rooms = Room.objects.bulk_create(
        [Room(log=log, name=f"Room {n}", public=False, created_at=now) for n, log in enumerate(logs)]
    )
    text, offsets = texts(chance), dict.fromkeys((log.pk for log in logs), 0)
    for start in range(0, each * ROOMS, 10_000):
        with transaction.atomic():
            insert_many(
                (Message, row(logs[n % ROOMS].pk, offsets, people[n * 7 % WRITERS].pk, next(text), now - MESSAGES + n))
                for n in range(start, min(start + 10_000, each * ROOMS))
            )
    return [room.pk for room in rooms]


def row(log: int, offsets: dict[int, int], author: int, text: str, at: int) -> dict[str, Any]:
    from realtime.types import encode

    offsets[log] = o = offsets[log] + 1
    data = encode({"text": text}).decode()
    return {
        "log_id": log, "offset": o, "lines": o, "kind": "text", "author_id": author, "data": data, "at": at,
        "touched": o, "tag": o,
    }  # fmt: skip


def join(person: Any, rooms: Sequence[int]) -> None:
    from chat.models import Membership

    Membership.objects.bulk_create([Membership(room_id=room, user=person, joined_at=0) for room in rooms])


def timed(search: Callable[[], dict[str, Any]]) -> tuple[list[float], int, bool]:
    """Return the sorted milliseconds, the hits, and whether a search was cut."""
    taken, page = [], {}
    for _ in range(TIMES):
        began = time.perf_counter()
        page = search()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken), len(page["hits"]), page["partial"]


def queries(few: Any) -> dict[str, str]:
    rare = vocabulary(Random(1))[-1]  # noqa: S311 - the same for all
    return {
        "the commonest word": "the",
        "a rare word": rare,
        "two common words": "the you",
        "a phrase": '"the game"',
        "a phrase that is never there": '"lamp the lamp the lamp"',
        "two Chinese characters": "中国",
        "four Chinese characters": "一人之下",
        "the beginning of a word": "gam*",
        "a word of one person": f'the from:"{few.name}"',
        "all of one person": f'from:"{few.name}"',
        "a word in one room": 'the in:"Room 7"',
        "a word before a day": "the before:2020-01-01",
        "a word that nobody has written": "xylophonist",
    }


def main() -> None:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from accounts.selectors import caller_of
    from bench import room
    from search.selectors.find import search_messages

    call_command("migrate", verbosity=0)
    began = time.monotonic()
    people, _ = room.enter(WRITERS, 1)
    rooms = fill(people)
    everywhere, few = people[1], people[2]
    join(everywhere, rooms)
    join(few, [rooms[7], rooms[400], rooms[999]])
    print(f"{MESSAGES:,} messages in {time.monotonic() - began:.0f} s", file=sys.stderr)
    call_command("index", stdout=sys.stderr)
    room.counted()
    print("| search | reads | hits | p50 ms | p95 ms | longest ms |\n|---|---|---|---|---|---|")
    for title, query in queries(people[3]).items():
        for reads, person in (("all 1,000 rooms", everywhere), ("3 rooms", few)):
            caller = caller_of(person)
            assert caller is not None  # noqa: S101 - the person was just made
            taken, hits, partial = timed(lambda caller=caller, query=query: search_messages(caller=caller, query=query))  # type: ignore[misc]
            figures = (taken[len(taken) // 2], taken[int(len(taken) * 0.95)], taken[-1])
            cut = ", cut" if partial else ""
            print(f"| {title} | {reads} | {hits}{cut} | {' | '.join(f'{each:.1f}' for each in figures)} |", flush=True)
    connection.close()


if __name__ == "__main__":
    main()
