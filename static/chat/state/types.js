/** Types of chat, on the wire and in the state. */

/**
 * @import {PendingRequest, Head, SubscribeResult, People, Person, Presence, RoomEvent, RoomSignal, Stored} from "../../realtime/types.js"
 */

/** @typedef {"host" | "member" | null} Role null for a person who only reads */
/** @typedef {{by: string, at: number}} Removal */

/** @typedef {[emoji: string, users: string[]][]} Reactions in the order of the first reactions; no list is empty */

/**
 * @typedef {object} Message a message of the timeline
 * @property {number} o
 * @property {number | null} [t] the tag of the event that began it
 * @property {number} n its number among the messages; 0 while only the answer is known
 * @property {number} at
 * @property {string | null} by
 * @property {string} kind "text", "room.created", "room.changed", or an app's
 * @property {any} data for "text" `{text, html?, files?, previews?}`; null when removed
 * @property {number | null} edited
 * @property {Removal | null} removed
 * @property {number} touched the offset that last changed it
 * @property {number} [pinned] since when it is pinned
 * @property {number} [re] the offset of the message that it answers
 * @property {Reactions} [reactions]
 * @property {string} [cid] the cid of a message that this tab saw arriving: the key of its row while it was pending
 * @property {number} [ms] how long storing took, for own messages
 */

/**
 * @typedef {object} Quote what a reply shows of the message that it answers
 * @property {boolean} [hidden] whether the reader may not see the original; then there is nothing else
 * @property {string | null} [by]
 * @property {string} [kind]
 * @property {string} [text] one line; empty when the original is removed or has no text
 * @property {boolean} [removed]
 */

/**
 * @typedef {object} SharedFile a file of a message
 * @property {string} [key] absent while it is uploaded
 * @property {string} [upload] the cid of its upload in this browser
 * @property {string} name
 * @property {string} type the type by which it is shown; other files are "application/octet-stream"
 * @property {number} size bytes
 * @property {number} [w] of a picture, px
 * @property {number} [h]
 * @property {string} [colour] "#rrggbb", before the picture is loaded
 * @property {string} [alt] what the picture shows
 * @property {boolean} [thumb] whether there is a small version
 */

/** @typedef {{url: string, title: string, site?: string, text?: string, image?: string, w?: number, h?: number}} LinkPreview the preview of a link in a message; `image` is the key of a file */
/** @typedef {{file_bytes: number, message_files: number, chunk: number}} FileLimits */

/**
 * @typedef {object} Room
 * @property {number | null} [archived] since when the room is archived
 * @property {string} key
 * @property {string} name
 * @property {string} topic
 * @property {boolean} public
 * @property {boolean} lounge
 * @property {string[]} [direct] the people of a direct room, whose name is that of the others
 * @property {boolean} [unanswered] whether nobody else is in the direct room yet
 * @property {Role} role
 * @property {number | null} [rank] the reader's rank, null for a person who only reads; use `myRank(state)`
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
 * @property {Record<string, Quote>} [quotes] by offset, of the messages that those in `lines` answer
 * @property {any} [me] the reader's own sanctions
 */

/**
 * @typedef {object} Rules times in ms on the server's clock, null when over
 * @property {number} slow_s seconds between two messages of one person
 * @property {boolean} locked only people with a rank may write
 * @property {boolean} guests_off
 * @property {number | null} approval_until new guests wait for approval until then
 * @property {number | null} panic_until
 * @property {number | null} [by_rank] the rank of the person who set the rules, null for none
 */

/**
 * @typedef {{room: string, by: string, users: string[], o: number, at: number, text: string}} MessageRequest a direct room into which another person invites the reader
 */
/** @typedef {{lines: Message[], as_of: number, before: boolean, after: boolean, people: People, quotes?: Record<string, Quote>}} Page */
/** @typedef {{before: number} | {after: number} | {around: number}} Cursor the cursor of `history.page` */
/**
 * @typedef {{role: Role, joined_at: number, rank?: number, muted_until?: number, guest?: boolean}} Member the last three for hosts only
 */
/**
 * @typedef {{invite: string, code: string, expires_at: number | null, uses: number | null, by: string | null}} Invite
 */

/**
 * @typedef {object} Membership a room of the reader, as in hello and in boot
 * @property {string} key
 * @property {string} name
 * @property {string} topic
 * @property {boolean} public
 * @property {boolean} lounge
 * @property {string[]} [direct]
 * @property {Role} role
 * @property {number} unread exact up to 100
 * @property {number} [mentions] exact up to 100
 * @property {number} read
 * @property {Head} head
 * @property {number} here
 */

/**
 * @typedef {object} RoomState what is known of one room
 * @property {string | null} me id of the reader, null for a visitor
 * @property {Room | null} room null before the first snapshot
 * @property {Head} head the position applied so far
 * @property {Message[]} lines the window, oldest first, without a gap; use `lines(state)`
 * @property {boolean} before whether older messages are outside the window
 * @property {boolean} after whether newer messages are outside the window, which is detached from the end then
 * @property {boolean} atBottom whether the reader sees the end, as the action `scrolled` tells
 * @property {number} news messages of others that arrived since the reader left the end
 * @property {{from: number, to: number | null} | null} fresh the range of messages that were unread at entering or missed, above which the "New" row is; `to` is null until the room is open
 * @property {number} read the read pointer of the reader
 * @property {boolean} unmarked whether the reader has moved the pointer back, so that it does not move by itself
 * @property {People} people
 * @property {string[]} unknown ids to request with `people.read`, once a frame
 * @property {Presence} presence
 * @property {number} here how many people are present; may exceed the list
 * @property {Record<string, number>} typing the time at which typing expires, by user
 * @property {Record<string, Member> | null} members null until `member.list` was requested
 * @property {Record<string, Invite>} invites the active invites that are known
 * @property {Record<string, Record<string, any>>} slots signals of apps, the latest of each kind and key
 * @property {Record<string, any>} parts sections of the snapshot; plugs keep theirs up to date
 * @property {Record<string, Quote | null>} quotes by offset, of messages that are answered; null: it is requested
 * @property {number} asking how many pages are requested and have not arrived
 * @property {number} askedAt the position at which the first of those was requested
 * @property {RoomEvent[]} held events since the first of those was requested
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
 *   | {type: "quotesAsked", offsets: number[]}
 *   | {type: "quotes", offsets: number[], quotes: Record<string, Quote> | null, people: People}
 *   | {type: "read", o: number}
 *   | {type: "movedBack", read: number}
 *   | {type: "readingAgain"}
 *   | {type: "scrolled", atBottom: boolean}
 *   | {type: "answered", pending: PendingRequest, stored: Stored, ms: number}
 *   | {type: "app", change: (state: RoomState) => RoomState}} RoomAction
 */

/**
 * @typedef {{key: string, message: Message | null, pending: PendingRequest | null, reacting?: PendingRequest[]}} Item a row of the timeline: a message, a pending post, or a message with a pending change; `reacting` are the reader's reactions that are not answered
 */

/**
 * @typedef {Membership & {counted: {o: number, unread: number, since: number[], mentions: number, calls: number[], stale: boolean}}} RoomRow `counted`: the unread messages and mentions up to `o`, the messages and the events with mentions since, and whether the server has to be asked
 */
/** @typedef {RoomRow[]} RoomList */
/** @typedef {{read: number, unread: number, mentions: number, o: number}} MovedBack a pointer that was moved back, and the counts from there to the head `o` */

/**
 * @typedef {{type: "hello", rooms: Membership[]}
 *   | {type: "opened", room: string, snapshot: Snapshot, here: number}
 *   | {type: "event", event: RoomEvent, me: string | null, blocked: Set<string>}
 *   | {type: "signal", signal: RoomSignal, me: string | null, blocked: Set<string>}
 *   | {type: "read", room: string, o: number}
 *   | {type: "movedBack", room: string, counts: MovedBack}
 *   | {type: "counted", rooms: Record<string, {unread: number, mentions?: number, read: number, o: number}>}
 *   | {type: "doubted"}
 *   | {type: "left", room: string}} RoomListAction
 */

/**
 * @typedef {object} Boot
 * @property {(Person & {id: string, guest?: boolean}) | null} user null for a visitor, who only reads
 * @property {string} token
 * @property {string} socket
 * @property {string} language
 * @property {string} room
 * @property {number | null} focus
 * @property {Snapshot} snapshot
 * @property {Membership[]} rooms
 * @property {string[]} blocked
 * @property {{code: string} | null} invite
 * @property {string} [csrf] the token of forms
 * @property {FileLimits} [files] absent where no files can be sent
 */

export {};
