/** Badges beside a name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING_ADDED } from "../../../../static/chat/state/added.js";
import { EVENTS } from "../../../../static/chat/state/events.js";
import { badgeOf } from "../../../../static/chat/state/selectors.js";

/** @param {string} badge @param {string[]} [hosts] @returns {any} */
const state = (badge, hosts) => ({
  me: "x",
  people: { ana: { badge } },
  members: null,
  room: { hosts, role: "member", members: 2 },
});

test("rank of the site comes before one of the room", () => {
  assert.equal(badgeOf(state("admin", ["ana"]), "ana"), "admin");
  assert.equal(badgeOf(state("moderator", ["ana"]), "ana"), "moderator");
  assert.equal(badgeOf(state("guest", ["ana"]), "ana"), "host");
  assert.equal(badgeOf(state("guest", []), "ana"), "guest");
  assert.equal(badgeOf(state("", undefined), "ana"), "");
  assert.equal(badgeOf(state("admin", []), null), "");
});

test("badge follows the role", () => {
  /** @param {any} from @param {string} kind @param {any} data */
  const after = (from, kind, data) => EVENTS[kind](from, /** @type {any} */ ({ o: 1, at: 1, data }), NOTHING_ADDED);
  const promoted = after(state("guest", ["bo"]), "member.role", { user: "ana", role: "host" });
  assert.equal(badgeOf(promoted, "ana"), "host");
  assert.equal(badgeOf(after(promoted, "member.role", { user: "ana", role: "member" }), "ana"), "guest");
  assert.equal(badgeOf(after({ ...promoted, typing: {} }, "member.left", { user: "ana" }), "ana"), "guest");
});
