"""Turns of bots: read the view of the bot's seat, ask the bot worker for a move, and play it."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

from django.db import DatabaseError, connection

from game.engine.record import load
from game.games import GAMES
from game.models import Match, Seat
from game.services.bot_worker import BotWorker
from game.services.moves import bot_move
from realtime import LogKey, RealtimeError
from realtime.log import batch

PAUSE_S: Final = 0.45
"""A bot moves after this time at the earliest, so that players see their own disc fall."""
THREADS: Final = 8
"""Bots need many threads, because nearly all of a turn is the pause."""

logger = logging.getLogger(__name__)


class Bots:
    """The bots of this process. Another process computes their moves, and each move is a batch of its own."""

    def __init__(self) -> None:
        self._worker = BotWorker()
        self._threads = ThreadPoolExecutor(THREADS, "bot")
        self._asked: set[tuple[LogKey, int]] = set()
        self._stopped = Event()

    def turn(self, room: LogKey, match: int) -> None:
        """Let a bot move, and return at once. A match that waits for a thread already is not queued again."""
        if not self._stopped.is_set() and (room, match) not in self._asked:
            self._asked.add((room, match))
            self._threads.submit(self._play, room, match)

    def stop(self) -> None:
        """Drop the turns under way. The deadline `game.nudge` asks again, in any process."""
        self._stopped.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._worker.stop()
        self._threads.shutdown()

    async def leave(self) -> None:
        """Drop waiting turns, because their threads would delay the exit of the server."""
        await asyncio.to_thread(self.stop)

    def _play(self, room: LogKey, match: int) -> None:
        self._asked.discard((room, match))
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
        connection.close()  # the search needs no database
        move = self._worker.ask(question)
        if self._stopped.wait(max(0.0, PAUSE_S - (time.monotonic() - began))):
            return
        with batch([room]) as staged:
            bot_move(staged, room=room, log=log, match=match, version=version, move=move)


def bot_turn(room: LogKey, o: int) -> tuple[int, int, dict[str, Any]] | None:
    """Return `(log, version, question for the bot worker)` if a bot is to move. The question has only a view."""
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
