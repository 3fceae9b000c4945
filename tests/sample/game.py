"""The rules of the sample app, and its plugin."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from chat.plugin import Author, ChatPlugin, MessageHook, NewMessage
from chat.services.messages import message_append
from realtime.errors import unprocessable
from realtime.log import Batch
from realtime.types import Head, LogKey, Scopes
from realtime.workers.deadlines import DeadlineKind
from tests.sample.models import Word

SHOW_AFTER_MS: Final = 60_000


class Hidden(msgspec.Struct):
    """A word is hidden in this room."""

    letters: int


class Guessed(msgspec.Struct):
    """A member has found the word. Only they and the hosts see it."""

    word: str


class WordShown(msgspec.Struct):
    """The time is over, and all may see the word."""

    word: str


def word_hide(batch: Batch, author: Author, rest: str) -> NewMessage:
    if not rest:
        raise unprocessable("empty", "which word?")
    batch.insert(Word(room=author.room, offset=batch.log(author.room).head + 1, word=rest))
    batch.schedule(author.room, "sample.show", batch.now + SHOW_AFTER_MS, {"word": rest})
    return NewMessage(Hidden(len(rest)))


def words_prefetch(authors: Sequence[Author]) -> dict[str, str]:
    rooms = {author.room for author in authors}
    return dict(Word.objects.filter(room__in=rooms).order_by("offset").values_list("room", "word"))


def word_guess(batch: Batch, author: Author, text: str, words: dict[str, str]) -> NewMessage | None:
    if text != words.get(author.room):
        return None
    return NewMessage(Guessed(text), audience=frozenset({f"u:{author.caller.id}", "host"}))


def word_section(room: LogKey, scopes: Scopes, head: Head) -> dict[str, Any]:
    word = Word.objects.filter(room=room).order_by("-offset").first()
    return {"letters": len(word.word) if word else 0, "word": word.word if word and "host" in scopes else None}


def word_show(batch: Batch, room: LogKey, data: Any) -> None:
    Word.objects.filter(room=room).delete()
    message_append(batch, room=room, message=NewMessage(WordShown(data["word"])))


PLUGIN: Final = ChatPlugin(
    cards={"sample.hidden": Hidden, "sample.guessed": Guessed, "sample.shown": WordShown},
    commands={"word": word_hide},
    hooks=[MessageHook(word_guess, prefetch=words_prefetch)],
    snapshot={"sample": word_section},
    deadlines={"sample.show": DeadlineKind(word_show)},
)
