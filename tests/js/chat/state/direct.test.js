/** @import {RoomAction, RoomState, Snapshot} from "../../../../static/chat/state/types.js" */
/** @import {RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isRequestSent, partner } from "../../../../static/chat/state/selectors.js";
import { emptyRoom, reduce } from "../../../../static/chat/state/store.js";
import { lockReason } from "../../../../static/moderation/state/own_sanctions.js";

/** @param {string[]} direct @param {Partial<Snapshot["room"]>} [more] @returns {RoomState} */
function opened(direct, more = {}) {
  const room = {
    key: "r",
    name: "Leo",
    topic: "",
    public: false,
    lounge: false,
    direct,
    role: /** @type {"member"} */ ("member"),
    read: 0,
    members: 1,
    unanswered: true,
    ...more,
  };
  const snapshot = {
    room,
    head: { o: 1, t: 1, n: 0 },
    lines: [],
    before: false,
    after: false,
    as_of: 1,
    people: {},
    parts: {},
  };
  return reduce(emptyRoom("me"), { type: "snapshot", snapshot });
}
/** @param {number} o @param {Partial<RoomEvent>} more @returns {RoomAction} */
const event = (o, more) => ({
  type: "event",
  event: {
    room: "r",
    o,
    t: 1,
    n: o,
    at: 0,
    by: "me",
    cid: null,
    kind: "message.posted",
    data: { text: "hi" },
    ...more,
  },
});

test("partner is the other person of a room of two, and a group has none", () => {
  assert.equal(partner(opened(["leo", "me"])), "leo");
  assert.equal(partner(opened(["leo", "me", "mia"])), null);
  assert.equal(partner(opened([])), null);
});

test("names of the people of a direct room are requested", () => {
  assert.deepEqual(opened(["leo", "me"]).unknown, ["leo", "me"]);
});

test("message request takes one message until another person joins", () => {
  const asked = opened(["leo", "me"]);
  assert.equal(isRequestSent(asked), false);
  const sent = reduce(asked, event(2, {}));
  assert.equal(lockReason(sent, 0, true), "unanswered");
  const again = reduce(sent, event(3, { kind: "member.joined", data: { user: "me", via: null } }));
  assert.equal(isRequestSent(again), true);
  const accepted = reduce(again, event(4, { kind: "member.joined", data: { user: "leo", via: null } }));
  assert.equal(lockReason(accepted, 0, true), null);
});

test("message request counts a removed message", () => {
  const sent = reduce(opened(["leo", "me"]), event(2, {}));
  const removed = reduce(sent, event(3, { kind: "message.deleted", data: { o: 2, by: "me", at: 1 } }));
  assert.equal(isRequestSent(removed), true);
});
