"""The rules, hung into the registries."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from chat import plugin
from chat.plugin import Author, Line
from chat.services.messages import line_post
from realtime.errors import unprocessable
from realtime.log import Batch
from realtime.types import Head, Labels, LogKey
from realtime.workers.deadlines import deadline
from tests.sample.models import Word

SHOWN_AFTER: Final = 60_000


@plugin.card("toy.hidden")
class Hidden(msgspec.Struct):
    """A word has been hidden here."""

    letters: int


@plugin.card("toy.guessed")
class Guessed(msgspec.Struct):
    """Somebody has found it: for them and the hosts."""

    word: str


@plugin.card("toy.shown")
class ReadOnlyAdmin(msgspec.Struct):
    """The time is over."""

    word: str


@plugin.command("word")
def word_hide(batch: Batch, speaker: Author, rest: str) -> Line:
    if not rest:
        raise unprocessable("empty", "which word?")
    batch.insert(Word(room=speaker.room, offset=batch.log(speaker.room).head + 1, word=rest))
    batch.schedule(speaker.room, "toy.show", batch.now + SHOWN_AFTER, {"word": rest})
    return Line(Hidden(len(rest)))


def words_load(speakers: Sequence[Author]) -> dict[str, str]:
    rooms = {speaker.room for speaker in speakers}
    return dict(Word.objects.filter(room__in=rooms).order_by("offset").values_list("room", "word"))


@plugin.interceptor(words_load)
def word_hear(batch: Batch, speaker: Author, text: str, words: dict[str, str]) -> Line | None:
    if text != words.get(speaker.room):
        return None
    return Line(Guessed(text), audience=frozenset({f"u:{speaker.caller.id}", "host"}))


@plugin.snapshot_part("toy")
def word_part(room: LogKey, labels: Labels, head: Head) -> dict[str, Any]:
    word = Word.objects.filter(room=room).order_by("-offset").first()
    return {"letters": len(word.word) if word else 0, "word": word.word if word and "host" in labels else None}


@deadline("toy.show")
def word_show(batch: Batch, room: LogKey, data: Any) -> None:
    Word.objects.filter(room=room).delete()
    line_post(batch, room=room, line=Line(ReadOnlyAdmin(data["word"])))
