/** Types of chat, on the wire and in the state. */

/**
 * @import {PendingRequest, Head, SubscribeResult, People, Person, Presence, RoomEvent, RoomSignal, Stored} from "../../realtime/types.js"
 */

/** @typedef {"host" | "member" | null} Role null: only looks */
/** @typedef {{by: string, at: number}} Removal */

/**
 * @typedef {object} Message one pending of the timeline
 * @property {number} o
 * @property {number | null} [t] the tag of the event that began it
 * @property {number} n its place among the lines; 0 while only the answer is known
 * @property {number} at
 * @property {string | null} by
 * @property {string} kind "text", "room.created", "room.changed", or an app's
 * @property {any} data for "text" `{text, html?}`; null when removed
 * @property {number | null} edited
 * @property {Removal | null} removed
 * @property {number} touched the offset that last changed it
 * @property {string} [cid] of one seen arriving: the key under which it was painted while pending
 * @property {number} [ms] how long its storing took, of one's own
 */

/**
 * @typedef {object} Room
 * @property {number | null} [archived] since when nothing is written here
 * @property {string} key
 * @property {string} name
 * @property {string} topic
 * @property {boolean} public
 * @property {boolean} lounge
 * @property {string[]} [direct] the people of a direct room, whose name is that of the others
 * @property {boolean} [unanswered] of a direct room: nobody else is in it yet
 * @property {Role} role
 * @property {number | null} [rank] of the reader, null for who only looks; read it through `myRank(state)`
 * @property {Rules} [rules] what may be done here
 * @property {number | null} read
 * @property {number} members
 * @property {string[]} [hosts] user ids
 */

/**
 * @typedef {object} Snapshot
 * @property {Room} room
 * @property {Head} head
 * @property {Message[]} lines oldest first
 * @property {boolean} before
 * @property {boolean} after
 * @property {number} as_of
 * @property {People} people
 * @property {Record<string, any>} parts
 * @property {any} [me] what stands against the reader
 */

/**
 * @typedef {object} Rules times in ms on the server's clock, null when over
 * @property {number} slow_s seconds between two lines of one person
 * @property {boolean} locked only who has a rank may write
 * @property {boolean} guests_off
 * @property {number | null} approval_until until then new guests wait for a host's yes
 * @property {number | null} panic_until
 * @property {number | null} [by_rank] of who set them, null where nobody has
 */

/**
 * @typedef {{room: string, by: string, users: string[], o: number, at: number, text: string}} MessageRequest a direct room into which somebody asks me
 */
/** @typedef {{lines: Message[], as_of: number, before: boolean, after: boolean, people: People}} Page */
/** @typedef {{before: number} | {after: number} | {around: number}} Cursor the cursor of `history.page` */
/**
 * @typedef {{role: Role, joined_at: number, rank?: number, muted_until?: number, guest?: boolean}} Member the last three for hosts only
 */
/**
 * @typedef {{invite: string, code: string, expires_at: number | null, uses: number | null, by: string | null}} Invite
 */

/**
 * @typedef {object} Membership a room of mine, as in hello and in boot
 * @property {string} key
 * @property {string} name
 * @property {string} topic
 * @property {boolean} public
 * @property {boolean} lounge
 * @property {string[]} [direct]
 * @property {Role} role
 * @property {number} unread exact up to 100
 * @property {number} read
 * @property {Head} head
 * @property {number} here
 */

/**
 * @typedef {object} RoomState what is known of one room
 * @property {string | null} me my user id; null: a visitor
 * @property {Room | null} room null before the first snapshot
 * @property {Head} head the position applied so far
 * @property {Message[]} lines the window, oldest first, without a hole; read it through `lines(state)`
 * @property {boolean} before are there older lines outside the window
 * @property {boolean} after are there newer ones: the window is detached from the live end
 * @property {boolean} atBottom does the reader see the live end; said by the `scrolled` action
 * @property {number} news lines of others that came since the reader left the live end
 * @property {{from: number, to: number | null} | null} fresh what was unread at entering, or missed with the message, above which "New" stands; `to` null: known when opened
 * @property {number} read my read pointer, forward only
 * @property {People} people
 * @property {string[]} unknown ids to ask for with `people.read`, once a frame
 * @property {Presence} presence
 * @property {number} here how many are here; may exceed the list
 * @property {Record<string, number>} typing user to when it expires
 * @property {Record<string, Member> | null} members null until `member.list` was asked
 * @property {Record<string, Invite>} invites those that became known here and still stand
 * @property {Record<string, Record<string, any>>} slots signals of apps, the latest of each kind and key
 * @property {Record<string, any>} parts of the snapshot, as they came; apps keep theirs up to date
 * @property {number} asking pages asked for and not yet come
 * @property {number} askedAt the position at which the first of those was asked for
 * @property {RoomEvent[]} held events about lines since the first of those was asked for
 */

/**
 * Actions. "entered": the room is shown again; `live: false` means that it was closed and is being opened. "app": a
 * pure change by another app. "opened": `lost` means that the connection was lost since the room was last open.
 * @typedef {{type: "snapshot", snapshot: Snapshot}
 *   | {type: "opened", opening: SubscribeResult, lost?: boolean}
 *   | {type: "entered", live?: boolean}
 *   | {type: "event", event: RoomEvent}
 *   | {type: "signal", signal: RoomSignal, now: number}
 *   | {type: "tick", now: number}
 *   | {type: "pageAsked"}
 *   | {type: "pageFailed"}
 *   | {type: "page", cursor: Cursor, page: Page}
 *   | {type: "people", ids: string[], people: People}
 *   | {type: "members", members: (Member & {user: string})[], people: People}
 *   | {type: "read", o: number}
 *   | {type: "scrolled", atBottom: boolean}
 *   | {type: "answered", pending: PendingRequest, stored: Stored, ms: number}
 *   | {type: "app", change: (state: RoomState) => RoomState}} RoomAction
 */

/**
 * @typedef {{key: string, message: Message | null, pending: PendingRequest | null}} Item a row of the timeline: a message, a pending post, or a message with a pending change
 */

/**
 * @typedef {Membership & {counted: {o: number, unread: number, since: number[], stale: boolean}}} RoomRow `counted`: what was unread up to `o`, the messages since, and whether the server has to be asked
 */
/** @typedef {RoomRow[]} RoomList */

/**
 * @typedef {{type: "hello", rooms: Membership[]}
 *   | {type: "opened", room: string, snapshot: Snapshot, here: number}
 *   | {type: "event", event: RoomEvent, me: string | null, blocked: Set<string>}
 *   | {type: "signal", signal: RoomSignal, me: string | null, blocked: Set<string>}
 *   | {type: "read", room: string, o: number}
 *   | {type: "counted", rooms: Record<string, {unread: number, read: number, o: number}>}
 *   | {type: "doubted"}
 *   | {type: "left", room: string}} RoomListAction
 */

/**
 * @typedef {object} Boot
 * @property {(Person & {id: string, guest?: boolean}) | null} user null: a visitor, who only looks
 * @property {string} token
 * @property {string} socket
 * @property {string} language
 * @property {string} room
 * @property {number | null} focus
 * @property {Snapshot} snapshot
 * @property {Membership[]} rooms
 * @property {string[]} blocked
 * @property {{code: string} | null} invite
 */

export {};
