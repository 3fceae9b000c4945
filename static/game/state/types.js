/** Types of games, on the wire and on the page. */

/** @typedef {"easy" | "medium" | "hard"} Level */
/** @typedef {{user: string, bot?: undefined} | {bot: Level, user?: undefined} | null} Seat null: empty */
/** @typedef {{key: string, seat?: number, column?: number, reason?: string}} Says one sentence; columns count from 1 */
/**
 * @typedef {{winner: number | null, reason: "line" | "full" | "resigned" | "timeout" | "absent" | "left" | "nobody"}} Result
 */

/**
 * @typedef {object} View the public state of Four
 * @property {number[][]} columns seven columns from the bottom up, with the seat of each disc
 * @property {{column: number, row: number} | null} last
 * @property {number[][] | null} line `[column, row]` of the discs that won
 * @property {number[]} misses how often each seat has let its time run out
 */

/**
 * @typedef {object} Table the public state of a match; the greater version wins
 * @property {string} game
 * @property {number} match offset of its card
 * @property {number | null} [t] the tag of its card
 * @property {number} version
 * @property {number | null} [version_t] the tag of the event that is its version
 * @property {"open" | "playing" | "over"} state
 * @property {Seat[]} seats 0 is red, 1 is gold
 * @property {string[]} waiting the queue for a seat
 * @property {number | null} turn
 * @property {number | null} deadline ms UTC on the server's clock
 * @property {View | null} view
 * @property {Says | null} says
 * @property {Result | null} result
 * @property {number | null} last offset of the last move
 * @property {{seat: number, until: number, o: number} | null} [claim] a player who seems to be away, and until when they may answer
 * @property {number | null} rematch offset of the match that came after
 */

/**
 * @typedef {{o: number, at: number, kind: string, by: string | null, seat: number | null, view: View | null, says: Says | null}} Step
 */
/** @typedef {{table: Table, steps: Step[]}} Played the answer of `match.read` */

/**
 * @typedef {"bot" | "show" | "watch" | "wait" | "unwait" | "leave" | "resign" | "claim" | "rematch" | "next" | "replay" | "copy"} Offer an action at a table; "next" leads to the rematch
 */

export {};
