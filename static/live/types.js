/** Types of the answer of `live.read` (docs/protocol.md). */

/**
 * @typedef {object} Minute rates a second, times in ms
 * @property {number} ago_s when it began
 * @property {number} lines
 * @property {number} deliveries
 * @property {number} writes
 * @property {number} connections
 * @property {number} queued
 * @property {number} repaired
 * @property {number} repeats
 * @property {number | null} p50
 * @property {number | null} p95
 * @property {number | null} p99
 */

/**
 * @typedef {{room: string, name: string | null, here: number, readers: number, lines: number}} Loud `lines` a minute
 */
/**
 * @typedef {{sanctions: Record<string, number>, on_site: number, appeals: number, reports: number}} ModerationCounts
 */

/**
 * @typedef {object} Live
 * @property {string} process
 * @property {number} up_s
 * @property {number} now
 * @property {number} connections
 * @property {number} people
 * @property {number} lagging
 * @property {number} queued
 * @property {number} lines
 * @property {number} deliveries
 * @property {number} writes
 * @property {{p50: number | null, p95: number | null, p99: number | null, samples: number}} path
 * @property {{count: number, writes: number, sizes: number[]}} batches
 * @property {number} repeats
 * @property {Record<string, number>} repaired
 * @property {Loud[]} rooms
 * @property {number} rooms_known
 * @property {Minute[]} minutes
 * @property {ModerationCounts} door
 * @property {{waiting: number, oldest_s: number}} tasks
 */

export {};
