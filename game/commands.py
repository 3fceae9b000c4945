"""The slash commands of games: `/play`, `/roll`, `/flip`, `/pick`."""

from chat.plugin import Author, NewMessage
from chat.selectors import access
from game.services import chance
from game.services.matches import table_new
from realtime import unprocessable
from realtime.log import Batch


def play(batch: Batch, author: Author, rest: str) -> NewMessage:
    """Create a match: `/play [four] [easy | medium | hard]`."""
    words = rest.lower().split()
    game = words.pop(0) if words and words[0] == "four" else "four"
    if len(words) > 1:
        raise unprocessable("unknown_game", rest[:20])
    batch.flush()  # the queries below must see the seats that this batch has taken
    log = access.member(author.caller, author.room).log
    bot = words[0] if words else None
    return NewMessage(table_new(batch, caller=author.caller, room=author.room, log=log, game=game, bot=bot))


def roll(batch: Batch, author: Author, rest: str) -> NewMessage:
    return NewMessage(chance.roll(rest))


def flip(batch: Batch, author: Author, rest: str) -> NewMessage:
    return NewMessage(chance.flip())


def pick(batch: Batch, author: Author, rest: str) -> NewMessage:
    return NewMessage(chance.pick(rest))
