/** Many reactions at once: one repaint, and one sentence for a screen reader. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Emitter } from "../../../../static/realtime/emitter.js";
import { FakeClock, fakePage } from "../../fakes.js";

class FakeElement extends EventTarget {
  hidden = true;
  dataset = {};
  style = {};
  textContent = "";
  childElementCount = 0;
  firstElementChild = null;
  querySelector = () => null;
  querySelectorAll = () => [];
  contains = () => false;
  append() {}
  replaceChildren() {}
}
/** @type {(() => void)[]} */
const frames = [];
Object.assign(globalThis, {
  HTMLElement: FakeElement,
  requestAnimationFrame: (/** @type {() => void} */ paint) => frames.push(paint),
  cancelAnimationFrame: () => undefined,
  BroadcastChannel: undefined,
  localStorage: { length: 0, getItem: () => null, setItem: () => undefined },
});
fakePage({ querySelector: () => new FakeElement(), visibilityState: "visible" });
const { Client } = await import("../../../../static/chat/client/client.js");
const { Timeline } = await import("../../../../static/chat/views/timeline.js");
const { ReactionNotices } = await import("../../../../static/chat/views/reaction_notices.js");
const { learn } = await import("../../../../static/chat/ui/words.js");
learn({
  "reactions.new": "{name} {emoji}",
  "reactions.news.one": "{name} + {n}",
  "reactions.news.other": "{name} + {n}",
});

const PERSON = { name: "Me", face: "", colour: 1, rev: 1 };
const LINE = { o: 1, t: 1, n: 1, at: 0, by: "me", kind: "text", data: { text: "x" }, edited: null, removed: null };

/** @returns {any} the client of a room with one message, and what is told to a screen reader */
function room() {
  const snapshot = {
    room: { key: "r", name: "R", topic: "", public: true, lounge: false, role: "member", read: 0, members: 2 },
    head: { o: 1, t: 1, n: 1 },
    lines: [{ ...LINE, touched: 1 }],
    ...{ before: false, after: false, as_of: 1, people: {}, parts: {} },
  };
  const client = new Client(
    /** @type {any} */ ({
      user: { id: "me", ...PERSON },
      room: "r",
      rooms: [],
      snapshot,
      blocked: ["blocked"],
      socket: "/ws/",
    }),
  );
  client.dispatch("r", /** @type {any} */ ({ type: "snapshot", snapshot }));
  return client;
}

/** @param {any} client @param {string} by @param {boolean} [on] */
function reacts(client, by, on = true) {
  const o = client.state().head.o + 1;
  const data = { o: 1, emoji: "👍", on };
  const event = { room: "r", o, t: o, n: 1, at: 1, by, cid: null, kind: "message.reacted", data };
  client.dispatch("r", { type: "event", event });
  client.subscriptions.emit("eventApplied", event);
}

test("reactions of fifty people in one frame are one repaint", ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] }); // the timeline waits for midnight
  const client = room();
  const scroll = Object.assign(new Emitter(), { keep: () => null, near: () => false, adopt: () => undefined });
  const timeline = new Timeline(client, /** @type {any} */ (scroll), /** @type {any} */ ({}));
  timeline.start();
  let paints = 0;
  timeline.on("painted", () => (paints += 1));
  frames.splice(0);
  for (let n = 0; n < 50; n += 1) reacts(client, `user${n}`);
  assert.equal(frames.length, 1);
  for (const paint of frames.splice(0)) paint();
  assert.equal(paints, 1);
  assert.deepEqual(
    timeline.items[0].message?.reactions?.map(([emoji, users]) => [emoji, users.length]),
    [["👍", 50]],
  );
});

test("reactions of many people are one sentence, and those taken back in time are none", async () => {
  const client = room();
  const clock = new FakeClock();
  /** @type {string[]} */
  const told = [];
  new ReactionNotices(client, (text) => told.push(text), clock).start();
  client.dispatch("r", { type: "people", ids: [], people: { ana: { ...PERSON, name: "Ana" } } });
  for (const by of ["ana", ...Array.from({ length: 49 }, (_, n) => `user${n}`), "me", "blocked"]) reacts(client, by);
  await clock.advance(2000);
  assert.deepEqual(told.splice(0), ["Ana + 49"]);

  reacts(client, "ana", false);
  reacts(client, "ana", true);
  await clock.advance(2000);
  assert.deepEqual(told.splice(0), ["Ana 👍"]);

  reacts(client, "user1", true);
  reacts(client, "user1", false);
  await clock.advance(2000);
  assert.deepEqual(told, []);
});
