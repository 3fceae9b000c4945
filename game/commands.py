"""The slash commands of games: `/play`, `/roll`, `/flip`, `/pick`."""

from chat import plugin
from chat.plugin import Author, Line
from chat.selectors import access
from game.services import chance
from game.services.matches import table_new
from realtime.errors import unprocessable
from realtime.log import Batch


@plugin.command("play")
def play(batch: Batch, author: Author, rest: str) -> Line:
    """Create a match: `/play [four] [easy | medium | hard]`."""
    words = rest.lower().split()
    game = words.pop(0) if words and words[0] == "four" else "four"
    if len(words) > 1:
        raise unprocessable("unknown_game", rest[:20])
    batch.flush()  # who has sat down in this run is seen
    log = access.member(author.caller, author.room).log
    bot = words[0] if words else None
    return Line(table_new(batch, caller=author.caller, room=author.room, log=log, game=game, bot=bot))


@plugin.command("roll")
def roll(batch: Batch, author: Author, rest: str) -> Line:
    return Line(chance.roll(rest))


@plugin.command("flip")
def flip(batch: Batch, author: Author, rest: str) -> Line:
    return Line(chance.flip())


@plugin.command("pick")
def pick(batch: Batch, author: Author, rest: str) -> Line:
    return Line(chance.pick(rest))
