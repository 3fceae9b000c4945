/** Types of the protocol parlor.v1. Times are in ms; offsets and tags are integers. */

/** @import {Connection} from "./connection.js" */
/** @import {RequestError} from "./protocol.js" */

/** @typedef {{o: number, t: number}} Position the last applied offset of a room and its tag */
/** @typedef {{o: number, t: number, n: number}} Head the newest offset, its tag, and the number of messages */
/** @typedef {{type: string, status: number, detail?: string, retry_after_ms?: number, [more: string]: any}} Problem */
/**
 * @typedef {{name: string, face: string, colour: number, rev: number, badge?: string}} Person `badge`: "admin", "moderator", "guest" or ""
 */
/** @typedef {Record<string, Person>} People */
/** @typedef {Record<string, Person & {here: boolean}>} Presence */

/**
 * @typedef {object} RoomEvent a withheld event has no `by`, `cid` and `data`; a redacted one has `data: null`
 * @property {string} room
 * @property {number} o
 * @property {number} t
 * @property {number} n
 * @property {number} at
 * @property {string | null} [by]
 * @property {string | null} [cid]
 * @property {string} kind
 * @property {any} [data]
 */

/** @typedef {{room: string, kind: string, key: string, value: any}} RoomSignal */
/** @typedef {{room: string, reason: string, until: number | null}} RoomLeft */
/**
 * @typedef {{mode: "replay" | "snapshot", head: Head, presence: Presence, here: number, snapshot?: any, gone?: boolean}} SubscribeResult
 */
/** @typedef {{code: number, message: string, data?: Problem}} WireError */
/** @typedef {{v: number, token: string, rooms: Record<string, Position>}} Hello */

/**
 * @typedef {object} Greeting the result of `session.hello`
 * @property {number} v
 * @property {Person & {id: string}} user
 * @property {string} token
 * @property {number} now
 * @property {number} ping_ms
 * @property {Record<string, any>} limits
 * @property {any[]} rooms
 * @property {Record<string, SubscribeResult | {error: WireError}>} opened
 */

/** @typedef {EventTarget & {document?: {visibilityState: string}}} Page */

/**
 * @typedef {object} ConnectionOptions
 * @property {string} url "/ws/" or absolute
 * @property {() => Hello} hello called at every connect; a newer token replaces its own; its rooms also answer the pings of the server
 * @property {() => Promise<string | null>} refreshToken called once after 4001; null stops, a rejection means later
 * @property {typeof WebSocket} [WebSocket]
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {Page} [page] the window, with its events visibilitychange, online, offline, pageshow and pagehide
 */

/**
 * Events. "greeted" comes after the state is ready. "stopped": do not reconnect.
 * @typedef {{stateChanged: [ConnectionState], greeted: [Greeting], notified: [{method: string, params: any}], stopped: [{code: number, reason: string}]}} ConnectionEvents
 */

/** @typedef {"connecting" | "greeting" | "ready" | "waiting" | "stopped"} StateName */
/** @typedef {{name: StateName, retryAt?: number, failures?: number, code?: number, reason?: string}} ConnectionState */

/**
 * Events. "opened" (room, result). "refused" (room, error): 404 or 403; the room is closed here. "eventApplied": once,
 * in order. "signalled": also for rooms that are not open. "left": the reader was removed; the room is closed here.
 * @typedef {{opened: [string, SubscribeResult], refused: [string, RequestError], eventApplied: [RoomEvent], signalled: [RoomSignal], left: [RoomLeft]}} SubscriptionEvents
 */

/**
 * @typedef {{now: () => number, setTimeout: (fn: () => void, ms: number) => any, clearTimeout: (id: any) => void}} Clock
 */

/**
 * @typedef {object} PendingRequest one durable request that waits in the outbox
 * @property {string} cid
 * @property {string} room "" where the method has none
 * @property {string} method
 * @property {Record<string, any>} params with room and cid
 * @property {number} at when it was added, ms
 * @property {number} losses how many attempts ended in a close or an internal error
 * @property {"waiting" | "sending" | "failed"} state
 * @property {Problem | null} problem why it failed
 */

/** @typedef {{room: string, o: number, t: number, at: number}} Stored */

/**
 * @typedef {object} OutboxOptions
 * @property {string} user the owner of the requests
 * @property {Connection} connection
 * @property {OutboxStorage} [storage] IndexedDB, or memory where there is none
 * @property {(pending: PendingRequest) => Record<string, any> | null} [prepare] returns the params to send, or null while something that they need is missing
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {typeof BroadcastChannel} [Channel]
 */

/**
 * Events. "changed" (room). "answered" (request, stored, ms from send to answer): before the request is removed.
 * "arrived" (request): its event came first. "failed" (request): when it fails. "slowed" (room, ms until the next attempt).
 * @typedef {{changed: [string], answered: [PendingRequest, Stored, number], arrived: [PendingRequest], failed: [PendingRequest], slowed: [string, number]}} OutboxEvents
 */
/**
 * @template T
 * @typedef {{all: () => Promise<T[]>, put: (entry: T) => Promise<void>, remove: (cid: string) => Promise<void>}} CidStorage
 */
/** @typedef {CidStorage<PendingRequest>} OutboxStorage */

export {};
