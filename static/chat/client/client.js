/**
 * The client holds all that one tab knows: the connection, the states of its rooms, and the requests that wait. Views
 * listen to it and ask it to act.
 */

/** @import {PendingRequest, SubscribeResult, RoomEvent, RoomLeft, RoomSignal} from "../../realtime/types.js" */
/** @import {RequestError} from "../../realtime/protocol.js" */
/** @import {Boot, RoomAction, RoomList, RoomListAction, RoomState, Snapshot} from "../state/types.js" */

import { realClock } from "../../realtime/clock.js";
import { Connection } from "../../realtime/connection.js";
import { Drafts } from "../../realtime/drafts.js";
import { Emitter } from "../../realtime/emitter.js";
import { Outbox } from "../../realtime/outbox.js";
import { VERSION } from "../../realtime/protocol.js";
import { Subscriptions } from "../../realtime/subscriptions.js";
import { addPeople } from "../state/people.js";
import { reduceRooms } from "../state/rooms.js";
import { emptyRoom, reducer } from "../state/store.js";
import { find } from "../state/window.js";
import { answerOf, ready } from "./durable.js";
import { FilePosts, prepared } from "./file_posts.js";
import { OpenRooms } from "./open_rooms.js";
import { Plugs } from "./plugs.js";
import { freshCsrf, freshToken } from "./token.js";
import { Uploads } from "./uploads.js";

/**
 * @typedef {{roomChanged: [string], listChanged: [], shown: [string], left: [RoomLeft], gone: [string, RoomState], refused: [string, RequestError]}} ClientEvents
 */

/**
 * Events. "roomChanged" (key): the state of the room or its pending requests have changed. "listChanged": the list of
 * rooms has changed. "shown" (key): the page shows another room. "left" ({room, reason}): the reader is no longer a
 * member. "gone" (key, state): a restored backup has replaced the room; `state` is the state before. "refused" (key,
 * error): the server does not open the room.
 * @extends {Emitter<ClientEvents>}
 */
export class Client extends Emitter {
  /** @type {Map<string, RoomState>} */
  #states = new Map();
  #open;
  /** @type {RoomList} */
  list = [];
  /** @type {Set<string>} people whose messages are hidden */
  blocked = new Set();
  shown;
  plugs = new Plugs();

  /** @param {Boot} boot */
  constructor(boot) {
    super();
    this.boot = boot;
    this.me = boot.user?.id ?? null;
    this.shown = boot.room;
    this.blocked = new Set(boot.blocked);
    const hello = () => ({ v: VERSION, token: boot.token, rooms: this.subscriptions.positions() });
    this.connection = new Connection({ url: boot.socket, hello, refreshToken: () => freshToken(this.me) });
    this.subscriptions = new Subscriptions(this.connection);
    this.#open = new OpenRooms(this.subscriptions);
    this.uploads = new Uploads({ user: this.me ?? "", csrf: boot.csrf, refreshCsrf: freshCsrf });
    this.outbox = new Outbox({
      user: this.me ?? "",
      connection: this.connection,
      prepare: (pending) => prepared(this.uploads, pending),
    });
    this.filePosts = new FilePosts(this.outbox, this.uploads);
    this.drafts = new Drafts({ user: this.me ?? "" });
    this.replies = new Drafts({ user: this.me ?? "", kind: "reply" });
    this.#listen();
  }

  /** Add the plug of another app. Call it before `start`. @param {import("./plugs.js").Plug} plug */
  use(plug) {
    this.plugs.add(plug);
  }

  start() {
    const { room, rooms, snapshot, user } = this.boot;
    this.#list({ type: "hello", rooms });
    this.dispatch(room, { type: "snapshot", snapshot });
    if (user) this.#hold(room);
  }

  /**
   * Connect. Call it after the views have started: their handlers of `pagehide` must run before the connection closes.
   */
  connect() {
    this.filePosts.start();
    Promise.all([this.uploads.load(), this.outbox.start()]).then(() => this.filePosts.clean());
    this.connection.start();
  }

  /** Return the rooms whose states are kept up to date, the shown one first. @returns {string[]} */
  get open() {
    return this.#open.keys;
  }

  /** @param {string} key @returns {RoomState} */
  state(key = this.shown) {
    return this.#states.get(key) ?? this.#emptyRoom();
  }

  /** Return a state that knows the reader, so that a new message has a name before the server answers. */
  #emptyRoom() {
    const { user } = this.boot;
    return user ? addPeople(emptyRoom(this.me), { [user.id]: user }) : emptyRoom(this.me);
  }

  /** @param {string} [key] @returns {PendingRequest[]} */
  pending(key = this.shown) {
    return this.outbox.pending(key);
  }

  /** Show another room. @param {string} key */
  show(key) {
    const live = this.#hold(key);
    const former = this.shown;
    this.shown = key;
    if (!this.list.some((room) => room.key === former) && this.state(former).room?.direct?.length)
      this.#open.close(former);
    this.dispatch(key, { type: "entered", live });
    this.emit("shown", key);
  }

  /** @param {string} key @param {RoomAction} action */
  dispatch(key, action) {
    const before = this.state(key);
    const state = reducer(this.plugs.added)(before, action);
    this.#states.set(key, state);
    if (state === before) return;
    this.emit("roomChanged", key);
  }

  /**
   * Send a durable request through the outbox, which repeats it until it is answered.
   * @param {string} method @param {Record<string, any>} [params]
   */
  send(method, params = {}) {
    return this.outbox.add(method, this.#meant({ room: this.shown, ...params }));
  }

  /**
   * Add the tag of the message. After a restored backup the offset alone may name another message.
   * @param {Record<string, any>} params
   */
  #meant(params) {
    const { room, o } = params;
    const t = o === undefined || o === null ? null : find(this.state(room), o)?.t;
    return t === null || t === undefined ? params : { t, ...params };
  }

  /**
   * Send a durable request and return its answer. It is sent again on each new connection, under the same cid.
   * @param {string} method @param {Record<string, any>} params @returns {Promise<any>}
   */
  act(method, params) {
    return answerOf(this.connection, method, this.#meant(params));
  }

  ready() {
    return ready(this.connection);
  }

  /** Replace the set of blocked people. @param {string[]} users */
  setBlocked(users) {
    const same = users.length === this.blocked.size && users.every((user) => this.blocked.has(user));
    this.blocked = new Set(users);
    this.emit("roomChanged", this.shown);
    if (!same) this.#list({ type: "doubted" });
  }

  /** Take the unread counts of the server. @param {Record<string, {unread: number, mentions?: number, read: number, o: number}>} rooms */
  recounted(rooms) {
    this.#list({ type: "counted", rooms });
  }

  /** Keep which message is being answered in a room; its quote may have to be requested. @param {string} key @param {string} draft */
  setReply(key, draft) {
    this.replies.set(key, draft);
    this.emit("roomChanged", key);
  }

  async loadMembers() {
    const key = this.shown;
    const { members, people } = await this.connection.request("member.list", { room: key });
    this.dispatch(key, { type: "members", members, people });
  }

  /** @param {string} key @param {number} o */
  readUpTo(key, o) {
    this.dispatch(key, { type: "read", o });
    this.#list({ type: "read", room: key, o });
  }

  /** The reader has moved the pointer back. @param {string} key @param {import("../state/types.js").MovedBack} counts */
  movedBack(key, counts) {
    this.#list({ type: "movedBack", room: key, counts });
    this.dispatch(key, { type: "movedBack", read: counts.read });
  }

  #listen() {
    this.connection.on("stateChanged", ({ name }) => name === "waiting" && this.#open.connectionLost());
    this.connection.on("greeted", ({ rooms }) => this.#list({ type: "hello", rooms }));
    this.outbox.on("changed", (key) => this.emit("roomChanged", key));
    this.outbox.on("answered", (pending, stored, ms) =>
      this.dispatch(pending.room, { type: "answered", pending, stored, ms }),
    );
    this.subscriptions.on("opened", (key, opening) => this.#opened(key, opening));
    this.subscriptions.on("refused", (key, error) => this.emit("refused", key, error));
    this.subscriptions.on("eventApplied", (event) => this.#eventApplied(event));
    this.subscriptions.on("signalled", (signal) => this.#signalled(signal));
    this.subscriptions.on("left", (left) => this.#left(left));
  }

  /** @param {string} key @param {SubscribeResult} opening */
  #opened(key, opening) {
    const before = this.state(key);
    this.dispatch(key, { type: "opened", opening, lost: this.#open.takeLost(key) });
    if (opening.gone) this.emit("gone", key, before);
    if (opening.snapshot) this.#list({ type: "opened", room: key, snapshot: opening.snapshot, here: opening.here });
  }

  /** @param {RoomEvent} event */
  #eventApplied(event) {
    this.dispatch(event.room, { type: "event", event });
    this.#list({ type: "event", event, me: this.me, blocked: this.blocked });
    if (event.kind === "member.joined" && event.data?.user === this.me) this.#joined(event.room);
    if (event.kind === "member.left" && event.data?.user === this.me)
      this.emit("left", { room: event.room, reason: event.data.reason, until: null });
    this.outbox.seen(event.cid);
  }

  /** @param {string} key */
  #joined(key) {
    const { room, head, here } = this.state(key);
    if (room) this.#list({ type: "opened", room: key, snapshot: /** @type {Snapshot} */ ({ room, head }), here });
  }

  /** @param {RoomSignal} signal */
  #signalled(signal) {
    this.dispatch(signal.room, { type: "signal", signal, now: realClock.now() });
    this.#list({ type: "signal", signal, me: this.me, blocked: this.blocked });
    if (signal.kind === "membership" && !signal.value && signal.room !== this.shown) this.#open.close(signal.room);
  }

  /** @param {RoomLeft} left */
  #left(left) {
    this.#open.forget(left.room);
    this.emit("left", left);
    this.#states.delete(left.room);
    this.#list({ type: "left", room: left.room });
    this.emit("roomChanged", left.room);
  }

  /** @param {string} key @returns {boolean} whether it was open already */
  #hold(key) {
    const { room, head } = this.state(key);
    return this.#open.open(key, room ? { o: head.o, t: head.t } : null);
  }

  /** @param {RoomListAction} action */
  #list(action) {
    const list = reduceRooms(this.list, action);
    if (list === this.list) return;
    this.list = list;
    this.emit("listChanged");
  }
}
