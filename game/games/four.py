"""The rules of Four: seven columns of six, four discs of one seat in a line win, and a full board is a draw."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

import msgspec

from game.engine.chance import below, seeded
from game.engine.interface import Forfeit, Game, GameEvent, IllegalMove, Move, Result, Seat, Sentence, Timeout, View
from game.games import four_bot

COLUMNS: Final = 7
ROWS: Final = 6
LINE: Final = 4
MISSES: Final = 2
"""The number of timeouts with which a seat loses the match."""

DIRECTIONS: Final = ((1, 0), (0, 1), (1, 1), (1, -1))

Disc = tuple[int, int]
"""A disc has a column and a row, both from 0, with the rows from the bottom up."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A state of Four. A column holds seats from the bottom up; `turn` is the seat in turn unless there is a result."""

    columns: tuple[tuple[Seat, ...], ...] = ((),) * COLUMNS
    turn: Seat
    chance: int
    misses: tuple[int, int] = (0, 0)
    last: Disc | None = None
    hurried: bool = False
    """True when the last move was made because the time ran out."""
    result: Result | None = None


class Four(Game[Board]):
    name = "four"
    seats = 2
    State = Board

    def setup(self, seed: int, first: Seat) -> Board:
        return Board(turn=first, chance=seeded(seed))

    def apply(self, state: Board, event: GameEvent) -> Board:
        if state.result:
            raise IllegalMove("finished")
        match event:
            case Forfeit(seat, reason) if seat in range(self.seats):
                return _lost(state, seat, reason)
            case Timeout(seat) if seat == state.turn:
                return _timed_out(state)
            case Move(seat, move) if seat == state.turn:
                return _dropped(state, self.move_of(move))
        raise IllegalMove("out_of_turn")

    def move_of(self, raw: object) -> int:
        """Return a column from 0 to 6."""
        if type(raw) is int and raw in range(COLUMNS):  # `isinstance` would accept a bool
            return raw
        raise IllegalMove("invalid_move")

    def to_act(self, state: Board) -> Seat | None:
        return None if state.result else state.turn

    def legal(self, state: Board) -> list[int]:
        return [] if state.result else _open(state)

    def view(self, state: Board, seat: Seat | None) -> View:
        """Return `{columns, last: {column, row}, line: [[column, row], …], misses}`, the same for every seat."""
        return {
            "columns": [list(column) for column in state.columns],
            "last": state.last and {"column": state.last[0], "row": state.last[1]},
            "line": [list(disc) for disc in _line(state)] or None,
            "misses": list(state.misses),
        }

    def result(self, state: Board) -> Result | None:
        return state.result

    def describe(self, state: Board, seat: Seat | None) -> Sentence:
        """Return the sentence. Its columns count from 1."""
        match state.result, state.last:
            case None, None:
                return {"key": "four.start", "seat": state.turn}
            case None, (column, _):
                key = "four.timeout" if state.hurried else "four.played"
                return {"key": key, "seat": 1 - state.turn, "column": column + 1}
            case Result(int(winner), "line"), (column, _):
                return {"key": "four.won", "seat": winner, "column": column + 1}
            case Result(int(winner), reason), _:
                return {"key": "four.lost", "seat": 1 - winner, "reason": reason}
        return {"key": "four.full"}

    def bot(self, view: View, seat: Seat, level: str, seed: int) -> int:
        return four_bot.choose(view["columns"], seat, level, seed)


def _open(board: Board) -> list[int]:
    return [number for number, column in enumerate(board.columns) if len(column) < ROWS]


def _dropped(board: Board, column: int, *, hurried: bool = False) -> Board:
    if column not in _open(board):
        raise IllegalMove("full_column")
    disc = (column, len(board.columns[column]))
    stacked = (*board.columns[column], board.turn)
    columns = (*board.columns[:column], stacked, *board.columns[column + 1 :])
    dropped = msgspec.structs.replace(board, columns=columns, turn=1 - board.turn, last=disc, hurried=hurried)
    return msgspec.structs.replace(dropped, result=_reached(dropped))


def _reached(board: Board) -> Result | None:
    """Return the result that the last disc has caused."""
    if _line(board):
        return Result(1 - board.turn, "line")
    return None if _open(board) else Result(None, "full")


def _timed_out(board: Board) -> Board:
    """Apply a timeout. The first one makes a random move, so that one distraction does not lose the match."""
    missed = board.misses[board.turn] + 1
    misses = (missed, board.misses[1]) if board.turn == 0 else (board.misses[0], missed)
    board = msgspec.structs.replace(board, misses=misses)
    return _lost(board, board.turn, "timeout") if missed >= MISSES else _moved_by_chance(board)


def _moved_by_chance(board: Board) -> Board:
    choices = _open(board)
    choice, chance = below(board.chance, len(choices))
    return _dropped(msgspec.structs.replace(board, chance=chance), choices[choice], hurried=True)


def _lost(board: Board, seat: Seat, reason: str) -> Board:
    return msgspec.structs.replace(board, result=Result(1 - seat, reason))


def _line(board: Board) -> list[Disc]:
    """Return the discs of every line of four or more that contains the last disc."""
    if board.last is None:
        return []
    runs = [_run(board, board.last, direction) for direction in DIRECTIONS]
    return sorted({disc for run in runs if len(run) >= LINE for disc in run})


def _run(board: Board, disc: Disc, direction: Disc) -> set[Disc]:
    """Return the line of discs of one colour through this one, in a direction and its opposite."""
    column, row = disc
    colour = board.columns[column][row]
    rays = (_ray(disc, direction), _ray(disc, (-direction[0], -direction[1])))
    return {near for ray in rays for near in takewhile(lambda near: _at(board, near) == colour, ray)}


def _ray(disc: Disc, direction: Disc) -> Iterator[Disc]:
    return ((disc[0] + step * direction[0], disc[1] + step * direction[1]) for step in range(COLUMNS))


def _at(board: Board, disc: Disc) -> Seat | None:
    """Return the seat of the disc, or None for an empty square and outside the board."""
    column, row = disc
    if column not in range(COLUMNS) or row not in range(len(board.columns[column])):
        return None
    return board.columns[column][row]
