"""The rules of the sample app, and its plugin."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from chat.plugin import Author, ChatPlugin, MessageHook, NewMessage
from chat.services.messages import line_post
from realtime.errors import unprocessable
from realtime.log import Batch
from realtime.types import Head, Labels, LogKey
from realtime.workers.deadlines import deadline
from tests.sample.models import Word

SHOWN_AFTER: Final = 60_000


class Hidden(msgspec.Struct):
    """A word has been hidden here."""

    letters: int


class Guessed(msgspec.Struct):
    """Somebody has found it: for them and the hosts."""

    word: str


class ReadOnlyAdmin(msgspec.Struct):
    """The time is over."""

    word: str


def word_hide(batch: Batch, author: Author, rest: str) -> NewMessage:
    if not rest:
        raise unprocessable("empty", "which word?")
    batch.insert(Word(room=author.room, offset=batch.log(author.room).head + 1, word=rest))
    batch.schedule(author.room, "toy.show", batch.now + SHOWN_AFTER, {"word": rest})
    return NewMessage(Hidden(len(rest)))


def words_load(authors: Sequence[Author]) -> dict[str, str]:
    rooms = {author.room for author in authors}
    return dict(Word.objects.filter(room__in=rooms).order_by("offset").values_list("room", "word"))


def word_hear(batch: Batch, author: Author, text: str, words: dict[str, str]) -> NewMessage | None:
    if text != words.get(author.room):
        return None
    return NewMessage(Guessed(text), audience=frozenset({f"u:{author.caller.id}", "host"}))


def word_part(room: LogKey, labels: Labels, head: Head) -> dict[str, Any]:
    word = Word.objects.filter(room=room).order_by("-offset").first()
    return {"letters": len(word.word) if word else 0, "word": word.word if word and "host" in labels else None}


@deadline("toy.show")
def word_show(batch: Batch, room: LogKey, data: Any) -> None:
    Word.objects.filter(room=room).delete()
    line_post(batch, room=room, line=NewMessage(ReadOnlyAdmin(data["word"])))


PLUGIN: Final = ChatPlugin(
    cards={"toy.hidden": Hidden, "toy.guessed": Guessed, "toy.shown": ReadOnlyAdmin},
    commands={"word": word_hide},
    hooks=[MessageHook(word_hear, prefetch=words_load)],
    snapshot={"toy": word_part},
)
