"""The bots of Four: negamax over bitboards. The search counts nodes, not time: equal positions give equal moves.

A column has seven bits from the bottom up. The seventh is always empty, so that no shifted line continues in the next
column (John Tromp, https://tromp.github.io/c4/c4.html). `own` has the discs of the player to move, `mask` all discs.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from game.engine.chance import below
from game.engine.interface import IllegalMove, Seat

HEIGHT: Final = 7
BOTTOM: Final = sum(1 << HEIGHT * column for column in range(7))
BOARD: Final = BOTTOM * 0b111111
SQUARES: Final = 42
CENTRE_FIRST: Final = tuple(0b111111 << HEIGHT * column for column in (3, 2, 4, 1, 5, 0, 6))
INNER: Final = CENTRE_FIRST[0] | CENTRE_FIRST[1] | CENTRE_FIRST[2]
OWN_ROWS: Final = (BOTTOM << 2 | BOTTOM << 4, BOTTOM << 1 | BOTTOM << 3 | BOTTOM << 5)
"""The rows that the first and the second seat get when only columns with threats are left
(Victor Allis, "A Knowledge-based Approach of Connect-Four", 1988)."""
DIRECTIONS: Final = (1, HEIGHT, HEIGHT - 1, HEIGHT + 1)
WIN: Final = 1000
"""A won board has this value minus its discs, so that a quick win and a slow loss are better."""
DECIDED: Final = WIN - SQUARES
"""The least value of a won board, which is more than the value of any other."""
NODES: Final = 30_000
CARE: Final = 8
"""The easy bot looks ahead in this many of ten moves."""


class Level(msgspec.Struct, frozen=True):
    """The depth of a search in discs, and how much worse than the best move a move may be."""

    depth: int
    slack: int


LEVELS: Final = {"medium": Level(depth=4, slack=2), "hard": Level(depth=SQUARES, slack=1)}


def choose(columns: Sequence[Sequence[Seat]], seat: Seat, level: str, seed: int) -> int:
    """Return a column from 0 to 6 for `seat`, or raise `IllegalMove("finished")` on a full board."""
    own, mask = _boards(columns, seat)
    if not _landings(mask):
        raise IllegalMove("finished")
    moves = _easy_moves(own, mask, seed) if level == "easy" else _searched_moves(own, mask, LEVELS[level])
    return _column(moves[below(seed ^ mask, len(moves))[0]])


def _boards(columns: Sequence[Sequence[Seat]], seat: Seat) -> tuple[int, int]:
    squares = [
        (1 << HEIGHT * number + row, disc) for number, column in enumerate(columns) for row, disc in enumerate(column)
    ]
    return sum(square for square, disc in squares if disc == seat), sum(square for square, _ in squares)


def _column(move: int) -> int:
    return (move.bit_length() - 1) // HEIGHT


def _landings(mask: int) -> int:
    """Return the square that a disc falls to, in each column that is not full."""
    return mask + BOTTOM & BOARD


def _moves(squares: int) -> list[int]:
    return [squares & column for column in CENTRE_FIRST if squares & column]


def _completions(own: int, mask: int) -> int:
    """Return the empty squares that complete four of `own`: beside three in a line, or in a gap of a line."""
    found = 0
    for step in DIRECTIONS:
        after, before = own << step & own << 2 * step, own >> step & own >> 2 * step
        found |= after & (own << 3 * step | own >> step) | before & (own >> 3 * step | own << step)
    return found & (BOARD ^ mask)


def _sensible(landings: int, threats: int) -> int:
    """Return the landings after which the opponent does not win at once by one of its `threats`."""
    forced = landings & threats
    if forced & forced - 1:
        return 0
    return (forced or landings) & ~(threats >> 1)


def _easy_moves(own: int, mask: int, seed: int) -> list[int]:
    """Return the moves of the easy bot: it wins or blocks when it looks ahead, else it plays any move."""
    landings = _landings(mask)
    seen = _completions(own, mask) & landings or _completions(own ^ mask, mask) & landings
    looks = below(~seed ^ mask, 10)[0] < CARE
    return _moves(seen if looks and seen else landings)


def _searched_moves(own: int, mask: int, level: Level) -> list[int]:
    """Return the moves that are equally good for this level."""
    landings, threats = _landings(mask), _completions(own ^ mask, mask)
    if wins := _completions(own, mask) & landings:
        return _moves(wins)
    if moves := _moves(_sensible(landings, threats)):
        return moves if len(moves) == 1 else _Search(own, mask, level).best(moves)
    return _moves(landings & threats or landings)


class _Spent(Exception):
    """The nodes are used up."""


class _Search:
    """A search that deepens until its nodes are used. The last finished depth counts."""

    def __init__(self, own: int, mask: int, level: Level) -> None:
        self._own, self._mask, self._level = own, mask, level
        self._left = NODES

    def best(self, moves: list[int]) -> list[int]:
        worths = dict.fromkeys(moves, 0)
        for depth in range(min(self._level.depth, SQUARES - self._mask.bit_count())):
            try:
                worths = self._weigh(sorted(moves, key=lambda move: -worths[move]), depth)
            except _Spent:
                break
            if abs(max(worths.values())) >= DECIDED:
                break
        return [move for move in moves if worths[move] >= max(worths.values()) - self._level.slack]

    def _weigh(self, moves: list[int], depth: int) -> dict[int, int]:
        """Return the value of each move, exact for those within the slack of the best."""
        worths: dict[int, int] = {}
        for move in moves:
            least = max(worths.values(), default=-WIN) - self._level.slack - 1
            worths[move] = -self._worth(self._own ^ self._mask, self._mask | move, depth, -WIN, -least)
        return worths

    def _worth(self, own: int, mask: int, depth: int, least: int, most: int) -> int:
        """Return the value of the board for the player to move, exact between `least` and `most`."""
        self._spend()
        landings = _landings(mask)
        mine, threats = _completions(own, mask), _completions(own ^ mask, mask)
        if mine & landings:
            return WIN - mask.bit_count() - 1
        moves = _sensible(landings, threats)
        if not moves:
            return mask.bit_count() + 2 - WIN if landings else 0
        if depth <= 0:
            return _promise(own, mine, mask.bit_count() % 2) - _promise(own ^ mask, threats, (mask.bit_count() + 1) % 2)
        return self._deeper(own, mask, moves, depth, least, most)

    def _deeper(self, own: int, mask: int, moves: int, depth: int, least: int, most: int) -> int:
        for column in CENTRE_FIRST:
            if move := moves & column:
                least = max(least, -self._worth(own ^ mask, mask | move, depth - 1, -most, -least))
                if least >= most:
                    break
        return least

    def _spend(self) -> None:
        if not self._left:
            raise _Spent
        self._left -= 1


def _promise(discs: int, threats: int, second: int) -> int:
    """Return an estimate for one side. Winning squares count most, double in `OWN_ROWS`; then discs in the middle."""
    own = threats & OWN_ROWS[second]
    middle = 2 * (discs & INNER).bit_count() + (discs & CENTRE_FIRST[0]).bit_count()
    return 8 * (threats.bit_count() + own.bit_count()) + middle
