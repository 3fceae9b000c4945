"""The bot's turn: look at the table as its seat sees it, let the thinker think, and move like anybody."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.db import DatabaseError, connection

from game.engine.record import load
from game.games import GAMES
from game.models import Match, Seat
from game.services.moves import bot_move
from game.services.thinker import Thinker
from realtime.log import batch
from realtime.protocol import LogKey, RealtimeError

PAUSE_S: Final = 0.45
"""no sooner: who plays wants to see their own disc fall"""

logger = logging.getLogger(__name__)


class Bots:
    """The bots of this process. They think in a process of their own and write by batches of their own."""

    def __init__(self) -> None:
        self._thinker = Thinker()
        self._threads = ThreadPoolExecutor(2, "bot")

    def turn(self, room: LogKey, match: int) -> None:
        """A bot is to move there. Returns at once."""
        self._threads.submit(self._play, room, match)

    def stop(self) -> None:
        """Finish what is being thought."""
        self._threads.shutdown()
        self._thinker.stop()

    def _play(self, room: LogKey, match: int) -> None:
        try:
            self._move(room, match)
        except (DatabaseError, RealtimeError, OSError, ValueError) as error:
            logger.warning("a bot did not move at %s@%d, it is asked again: %s", room, match, error)
        except Exception:
            logger.exception("a bot failed at %s@%d", room, match)
        finally:
            connection.close()

    def _move(self, room: LogKey, match: int) -> None:
        began = time.monotonic()
        turn = bot_turn(room, match)
        if turn is None:
            return
        log, version, question = turn
        move = self._thinker.ask(question)
        time.sleep(max(0.0, PAUSE_S - (time.monotonic() - began)))
        with batch([room]) as staged:
            bot_move(staged, room=room, log=log, match=match, version=version, move=move)


def bot_turn(room: LogKey, o: int) -> tuple[int, int, dict[str, Any]] | None:
    """`(log, version, what to ask the thinker)` when a bot is to move there: a view, never the position."""
    match = Match.objects.filter(log__key=room, offset=o, state=Match.State.PLAYING).first()
    if match is None or match.position is None:
        return None
    game = GAMES[match.game]
    position = load(game, match.position)
    number = game.to_act(position)
    if number is None:
        return None
    seat = Seat.objects.filter(log=match.log_id, match=o, number=number).exclude(bot="").first()
    if seat is None:
        return None
    seen = {"view": game.view(position, number), "seat": number, "level": seat.bot, "seed": match.seed ^ match.version}
    return match.log_id, match.version, {"game": match.game, **seen}
