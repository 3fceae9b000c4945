/** Types of moderation, on the wire and in the state. Times are in ms on the server's clock; null means no end. */

/** @typedef {"insult" | "spam" | "sexual" | "danger" | "other"} Rule */
/** @typedef {"warn" | "mute" | "kick" | "ban"} Kind */
/** @typedef {"host" | "site"} ActingSide the side that acted, as the sanctioned person is told */

/**
 * @typedef {{sanction: string | null, until: number | null, by: ActingSide, reason: string, rule: Rule | "", appealed: boolean}} Mute
 */
/** @typedef {{sanction: string, by: ActingSide, reason: string, rule: Rule | "", o: number | null}} Warning */
/** @typedef {{muted: Mute | null, warning: Warning | null, waiting: boolean}} OwnSanctions sanctions of the reader */

/**
 * @typedef {object} Sanction
 * @property {string} sanction its key
 * @property {Kind} kind
 * @property {boolean} site
 * @property {string} user
 * @property {string | null} by null for the sanctioned person, who is told the side only
 * @property {ActingSide} side
 * @property {number} at
 * @property {number | null} until
 * @property {string} reason
 * @property {Rule | ""} rule
 * @property {number | null} o the message that it is about
 * @property {number} removed how many messages were removed with it
 * @property {{by: string | null, at: number, reason: string} | null} lifted
 * @property {number | null} acknowledged_at
 * @property {{text: string, at: number, answer: "granted" | "refused" | null} | null} appeal
 * @property {number} [made] offset of its event, where this tab saw it
 */

/**
 * @typedef {object} Report
 * @property {string} report its key
 * @property {number} o
 * @property {string} by
 * @property {number} at
 * @property {string} reason
 * @property {Rule} rule
 * @property {string | null} user who wrote the message
 * @property {"open" | "handled" | "dismissed"} state
 * @property {{by: string | null, at: number} | null} closed
 */

/**
 * @typedef {{waiting: string[], sanctions: Record<string, Sanction>, reports: Record<string, Report>, loaded: boolean}} ModerationQueue cases of the hosts
 */
/**
 * @typedef {{id: number, at: number, by: string | null, by_rank: number, act: string, user: string | null, o: number | null, reason: string, rule: string, detail: any, undone: boolean}} AuditEntry
 */
/**
 * @typedef {{lines: number, guest: boolean, invite: boolean, match?: {seats: ({user?: string} | null)[]} | null}} Preview what else an action would do
 */
/**
 * @typedef {{kind: Kind | "delete", site: boolean, duration_ms: number | null, reason: string, rule: string, remove: string, approval: boolean, o: number | null, alsoDelete: boolean}} Decision `alsoDelete`: also delete the message
 */

export {};
