"""The registry of games, by name."""

from typing import Any

from game.engine.interface import Game
from game.games.four import Four

GAMES: dict[str, Game[Any]] = {game.name: game for game in (Four(),)}
