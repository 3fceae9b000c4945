import assert from "node:assert/strict";
import { test } from "node:test";
import { reduceRooms, unread } from "../../static/chat/rooms.js";

/** @import {RoomEvent} from "../../static/realtime/types.js" */
/** @import {Membership, RoomList, RoomListAction, Snapshot} from "../../static/chat/types.js" */

/** @param {string} key @param {Partial<Membership>} [more] @returns {Membership} */
const membership = (key, more = {}) => ({ key, name: key, topic: "", public: true, lounge: false, role: "member", unread: 0, read: 10, head: { o: 10, t: 1, n: 10 }, here: 1, ...more });
/** @param {Membership[]} rooms */
const greeted = (...rooms) => reduceRooms([], { type: "hello", rooms });
/** @param {RoomList} list @param {RoomListAction[]} actions */
const after = (list, ...actions) => actions.reduce(reduceRooms, list);
/** @param {string} room @param {string} kind @param {any} value @returns {RoomListAction} */
const signal = (room, kind, value) => ({ type: "signal", signal: { room, kind, key: "", value } });
/** @param {number} n @returns {RoomListAction} */
const count = (n, o = n) => signal("chess", "count", { o, t: 1, n, here: 3 });
/** @param {number} o @param {Partial<RoomEvent>} [more] @returns {RoomListAction} */
const event = (o, more = {}) => ({ type: "event", me: "me", event: { room: "chess", o, t: 1, n: o, at: 0, by: "ana", cid: null, kind: "message.posted", data: {}, ...more } });
/** @param {string} key @param {"member" | null} role @returns {Snapshot} */
const snapshot = (key, role) => ({ room: { key, name: "New", topic: "", public: true, lounge: false, role, read: 5, members: 4 }, head: { o: 7, t: 1, n: 6 }, lines: [], before: false, after: false, as_of: 7, people: {}, parts: {} });

test("unread is what was counted at hello and the lines since", () => {
  const list = greeted(membership("lounge"), membership("chess", { unread: 3 }));
  const [, chess] = after(list, count(14));
  assert.deepEqual([unread(chess), chess.here, chess.head.o], [7, 3, 14]);
});

test("from a hundred on it is a hundred", () => {
  assert.equal(unread(after(greeted(membership("chess", { unread: 100 })), count(500))[0]), 100);
});

test("an older count than what is known is not believed", () => {
  const [chess] = after(greeted(membership("chess")), count(14), count(12));
  assert.equal(unread(chess), 4);
});

test("lines of an open room count, one's own do not", () => {
  const [chess] = after(greeted(membership("chess")), event(11), event(12, { by: "me" }), event(13), event(14, { n: 13, kind: "member.joined" }));
  assert.equal(unread(chess), 2);
});

test("lines that the greeting has counted are not counted again as they are replayed, one's own neither", () => {
  const greeting = greeted(membership("chess", { unread: 3, head: { o: 14, t: 1, n: 14 } }));
  const [chess] = after(greeting, event(11), event(12, { by: "me" }), event(13), event(14), event(15));
  assert.deepEqual([unread(chess), chess.head.o], [4, 15]);
});

test("reading to the end leaves none, in this tab and in another", () => {
  const list = after(greeted(membership("chess", { unread: 5 })), event(11));
  assert.equal(unread(after(list, { type: "read", room: "chess", o: 11, n: 11 })[0]), 0);
  assert.equal(unread(after(list, signal("chess", "read", 11))[0]), 0);
  assert.equal(unread(after(list, signal("chess", "read", 11), event(12))[0]), 1);
});

test("a pointer that comes late does not undo a newer one", () => {
  const list = after(greeted(membership("chess")), event(11), { type: "read", room: "chess", o: 11, n: 11 });
  assert.equal(after(list, { type: "read", room: "chess", o: 9, n: 9 }), list);
  assert.equal(after(list, signal("chess", "read", 9)), list);
});

test("a changed room and a changed role are seen in the list", () => {
  const [chess] = after(greeted(membership("chess")), event(11, { kind: "room.changed", data: { name: "Go", topic: "t", public: false } }), event(12, { kind: "member.role", data: { user: "me", role: "host" } }));
  assert.deepEqual([chess.name, chess.topic, chess.public, chess.role], ["Go", "t", false, "host"]);
});

test("the role of another changes nothing of mine", () => {
  const [chess] = after(greeted(membership("chess")), event(11, { kind: "member.role", data: { user: "ana", role: "host" } }));
  assert.equal(chess.role, "member");
});

test("a room I left or was put out of is gone; others leaving is not my leaving", () => {
  const list = greeted(membership("chess"), membership("lounge"));
  const left = (/** @type {string} */ user) => event(11, { kind: "member.left", data: { user, reason: "left" } });
  assert.deepEqual(after(list, left("me")).map(({ key }) => key), ["lounge"]);
  assert.equal(after(list, left("ana")).length, 2);
  assert.deepEqual(after(list, { type: "left", room: "chess" }).map(({ key }) => key), ["lounge"]);
  assert.equal(after(list, { type: "left", room: "far" }), list);
});

test("a room I joined comes with its snapshot; one I only look at does not", () => {
  const list = greeted(membership("lounge"));
  const joined = after(list, { type: "opened", room: "chess", snapshot: snapshot("chess", "member"), here: 2 });
  assert.deepEqual(joined.map(({ key, here }) => [key, here]), [["lounge", 1], ["chess", 2]]);
  assert.equal(unread(joined[1]), 0);
  assert.equal(after(list, { type: "opened", room: "chess", snapshot: snapshot("chess", null), here: 2 }), list);
});

test("a room joined or left in another tab comes and goes", () => {
  const { here: _, ...facts } = membership("chess", { unread: 2 });
  const joined = after(greeted(membership("lounge")), signal("chess", "membership", facts));
  assert.deepEqual(joined.map(({ key, here }) => [key, here]), [["lounge", 1], ["chess", 0]]);
  assert.equal(unread(joined[1]), 2);
  assert.deepEqual(after(joined, count(12), signal("chess", "membership", { ...facts, role: "host" })).map(({ role, here }) => [role, here]), [["member", 1], ["host", 3]]);
  assert.deepEqual(after(joined, signal("chess", "membership", null)).map(({ key }) => key), ["lounge"]);
});

test("what concerns no room of mine changes nothing", () => {
  const list = greeted(membership("lounge"));
  assert.equal(after(list, count(12), event(11), signal("lounge", "typing", true)), list);
});

test("a new greeting counts anew", () => {
  const [chess] = after(greeted(membership("chess")), count(50), { type: "hello", rooms: [membership("chess", { unread: 2, head: { o: 9, t: 2, n: 9 } })] });
  assert.equal(unread(chess), 2);
});
