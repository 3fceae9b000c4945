/** Names on the wire: the client reads no member that docs/protocol.md does not have. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fakePage } from "./fakes.js";

fakePage();
const { Plugs } = await import("../../static/chat/client/plugs.js");
const { emptyRoom, reducer } = await import("../../static/chat/state/store.js");
const { reduceRooms } = await import("../../static/chat/state/rooms.js");
const { gameState } = await import("../../static/game/state/events.js");
const { paintFlip, paintPick, paintRoll } = await import("../../static/game/views/chance.js");
const { moderationState } = await import("../../static/moderation/state/events.js");

const read = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const protocol = read("docs/protocol.md");
const section = (/** @type {string} */ title) => protocol.split(`\n${title}\n`)[1].split(/\n##+ /)[0];

/** @param {string} text with `{a, b?: …}` in it @returns {string[]} the names of the first braces, without what is inside */
function members(text) {
  const names = [];
  const tokens = text.slice(text.indexOf("{") + 1).matchAll(/[{}[\]<>(),:]|\w+/g);
  for (let [depth, isName, token] = [0, true, tokens.next()]; !token.done; token = tokens.next()) {
    const [part] = token.value;
    if ("}])>".includes(part) && --depth < 0) break;
    if ("{[(<".includes(part)) depth += 1;
    if (depth === 0 && isName && /\w/.test(part)) names.push(part);
    if (depth === 0) isName = part === ",";
  }
  return names;
}

const rows = (/** @type {string} */ title) =>
  [...section(title).matchAll(/^\| `?([^|`]+)`? \| (.*)$/gm)].map(
    ([, name, row]) => /** @type {const} */ ([name, row]),
  );
const SHAPES = Object.fromEntries(
  rows("## Shapes")
    .filter(([, row]) => row.includes("{"))
    .map(([name, row]) => [name.split(",")[0], members(row)]),
);
const EVENTS = rows("## Events").filter(([, row]) => row.startsWith("`{"));
const MEMBER_LIST = members(/`member\.list`[^\n]*members: \[(.*)/.exec(protocol)?.[1] ?? "");

/** The types of the client, by the words of the protocol, with the members that only the client knows. */
const TYPES = /** @type {const} */ ([
  ["realtime/types", "Head", SHAPES.head, []],
  ["realtime/types", "Stored", SHAPES.stored, []],
  ["realtime/types", "Person", SHAPES.person, ["badge"]],
  ["realtime/types", "SubscribeResult", SHAPES.opening, []],
  ["realtime/types", "RoomEvent", members(/`room\.event` \| (.*)/.exec(protocol)?.[1] ?? ""), []],
  ["realtime/types", "RoomLeft", members(/`room\.left` \| (.*)/.exec(protocol)?.[1] ?? ""), []],
  ["chat/state/types", "Message", SHAPES.line, ["cid", "ms"]],
  ["chat/state/types", "Snapshot", SHAPES.snapshot, []],
  ["chat/state/types", "Room", members(/snapshot \| `\{room: (.*)/.exec(protocol)?.[1] ?? ""), []],
  ["chat/state/types", "Rules", SHAPES.rules, []],
  ["chat/state/types", "Page", members(/`history\.page` .*?(\{lines.*)/.exec(protocol)?.[1] ?? ""), []],
  ["chat/state/types", "Membership", SHAPES.membership, []],
  ["chat/state/types", "MessageRequest", SHAPES.request, []],
  ["chat/state/types", "Member", MEMBER_LIST, ["rank", "guest", "muted_until"]],
  ["moderation/state/types", "OwnSanctions", members(/`standing` \|.*?(\{.*)/.exec(protocol)?.[1] ?? ""), []],
  ["moderation/state/types", "Sanction", SHAPES.sanction, ["made"]],
  ["moderation/state/types", "Report", SHAPES.report, []],
  ["moderation/state/types", "AuditEntry", members(/entries: \[(.*)/.exec(protocol)?.[1] ?? ""), []],
  ["moderation/state/types", "Preview", members(/`sanction\.preview` .*?\} ?`? \| (.*)/.exec(protocol)?.[1] ?? ""), []],
  ["game/state/types", "Table", SHAPES.table, ["t", "version_t", "claim"]],
  ["game/state/types", "Result", members(/\| `result` \| (.*)/.exec(protocol)?.[1] ?? ""), []],
  ["game/state/types", "View", members(/Four: `(\{columns.*)/.exec(protocol)?.[1] ?? ""), []],
  ["game/state/types", "Step", members(/steps: \[(.*)/.exec(protocol)?.[1] ?? ""), []],
  ["live/types", "Live", SHAPES.live, []],
  ["live/types", "ModerationCounts", members(/(\{sanctions: \{kind.*)/.exec(protocol)?.[1] ?? ""), []],
  ["live/types", "Minute", members(/`minutes` is(.*)/.exec(protocol)?.[1] ?? ""), []],
]);

/** @param {string} path @param {string} type @returns {string[]} */
function declared(path, type) {
  const [, inline, block] =
    new RegExp(`@typedef \\{(\\{[^\\n]*\\})\\} ${type}\\b|@typedef \\{object\\} ${type}\\b([^]*?)\\*/`).exec(
      read(`static/${path}.js`),
    ) ?? [];
  return inline
    ? members(inline)
    : [...block.matchAll(/@property \{.*?\} \[?(\w+)\]?(?= |$)/gm)].map(([, name]) => name);
}

test("types of the wire have the members of the protocol", () => {
  for (const [path, type, known, own] of TYPES) {
    assert.ok(known.length > 1, `the protocol has no shape for ${type}`);
    const names = declared(path, type);
    assert.ok(names.length > 1, `${type} was not found in ${path}`);
    assert.deepEqual(
      names.filter((name) => ![...known, ...own].includes(name)),
      [],
      type,
    );
  }
});

/** Values that are no number. @type {Record<string, unknown>} */
const VALUES = {
  offsets: [1],
  users: ["ana"],
  user: "ana",
  by: "ana",
  kind: "mute",
  role: "member",
  lifted: null,
  appeal: null,
  closed: null,
  claim: null,
  removed: null,
  direct: [],
  seats: [{ user: "ana" }, null],
  waiting: ["ana"],
  head: { o: 1, t: 1, n: 1 },
  lines: [[2, "ana"]],
  gone: [[2, 1, "ana"]],
  back: [[3, 1, "ana"]],
};

/**
 * Return an object with these members, which notes every other name that is read.
 * @param {string[]} names @param {string[]} unknown where the notes go @param {string[]} [optional]
 */
function strict(names, unknown, optional = []) {
  /** @type {Record<string, any>} */
  const value = Object.fromEntries(names.map((name) => [name, name in VALUES ? VALUES[name] : 1]));
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === "string" && !(name in target) && !optional.includes(name)) unknown.push(name);
      return target[/** @type {string} */ (name)];
    },
  });
}

const plugs = new Plugs();
const painted = { paint: () => undefined };
plugs.add({ name: "game", ...gameState, cards: { match: painted } });
plugs.add({ name: "moderation", ...moderationState });
const reduce = reducer(plugs.added);
const LINE = {
  o: 1,
  n: 1,
  t: 1,
  at: 1,
  by: "ana",
  kind: "text",
  data: { text: "hi" },
  edited: null,
  removed: null,
  touched: 1,
};

const MEMBERSHIP = { key: "r", role: "member", unread: 0, read: 1, head: { o: 1, t: 1, n: 1 } };
const listed = () => reduceRooms([], { type: "hello", rooms: [/** @type {any} */ (MEMBERSHIP)] });

/** @param {string[]} unknown a room with one message, in which Ben is present */
function opened(unknown) {
  const room = { ...strict(SHAPES.membership, unknown), role: "member", rules: strict(SHAPES.rules, unknown) };
  const snapshot = {
    room,
    head: { o: 1, t: 1, n: 1 },
    lines: [LINE],
    before: false,
    after: false,
    people: {},
    parts: {},
  };
  return reduce(emptyRoom("ben"), /** @type {any} */ ({ type: "snapshot", snapshot: { ...snapshot, as_of: 1 } }));
}

for (const [kind, row] of EVENTS)
  test(`state reads only members of the protocol in ${kind}`, (t) => {
    const failed = t.mock.method(console, "error", () => undefined);
    /** @type {string[]} */
    const unknown = [];
    const data = strict(members(row), unknown, ["user", "by", "line", "kind", "offsets"]);
    for (const name of members(row)) if (name in SHAPES) data[name] = strict(SHAPES[name], unknown);
    const n = row.endsWith("yes |") ? 2 : 1;
    const event = /** @type {any} */ ({ room: "r", o: 2, t: 2, n, at: 2, by: "ana", cid: null, kind, data });
    const after = reduce(opened(unknown), { type: "event", event });
    assert.equal(after.head.o, 2);
    reduceRooms(listed(), { type: "event", event, me: "ben", blocked: new Set() });
    assert.deepEqual([unknown, failed.mock.callCount()], [[], 0]);
  });

for (const kind of ["presence", "people", "count", "membership", "standing", "hover"])
  test(`state reads only members of the protocol in the signal ${kind}`, (t) => {
    const failed = t.mock.method(console, "error", () => undefined);
    /** @type {string[]} */
    const unknown = [];
    const [, , row] = new RegExp(`^\\| \`${kind}\` \\| ([^|]+) \\| (.*)`, "m").exec(protocol) ?? [];
    const shape = row.includes("{") ? members(row) : SHAPES[/\w+/.exec(row)?.[0] ?? ""];
    const value = strict(shape, unknown);
    if (kind === "people") value.presence = {};
    if (kind === "count") value.o = 3;
    const signal = { room: "r", kind, key: "ana", value };
    reduce(opened(unknown), { type: "signal", signal, now: 0 });
    for (const rooms of [listed(), []])
      reduceRooms(rooms, /** @type {any} */ ({ type: "signal", signal, me: "ben", blocked: new Set() }));
    assert.deepEqual([unknown, failed.mock.callCount()], [[], 0]);
  });

/** @param {string} name a struct of game/cards.py @returns {string[]} */
function fields(name) {
  const [, body] =
    new RegExp(`^class ${name}\\(msgspec\\.Struct[^]*?:\\n([^]*?)(?=^class |(?![^]))`, "m").exec(CARDS) ?? [];
  return [...body.matchAll(/^ {4}(\w+): /gm)].map(([, field]) => field);
}
const CARDS = read("game/cards.py");

test("type of a table has the members that the server sends", () => {
  assert.deepEqual(declared("game/state/types", "Table").sort(), fields("Table").sort());
});

test("cards of chance read only members that the server sends", () => {
  /** @type {string[]} */
  const unknown = [];
  const values = { dice: "2d6+1", rolls: [1, 2], options: ["a", "b"], picked: "a", side: "heads" };
  for (const [struct, paint] of Object.entries({ Roll: paintRoll, Flip: paintFlip, Pick: paintPick })) {
    assert.ok(protocol.includes(`kind \`"${struct.toLowerCase()}"\` with \`{${fields(struct).join(", ")}}\``), struct);
    const data = strict(fields(struct), unknown);
    for (const [name, value] of Object.entries(values)) if (name in data) data[name] = value;
    const body = { textContent: "" };
    paint(/** @type {any} */ (body), /** @type {any} */ (data));
    assert.ok(body.textContent.startsWith("chance."));
  }
  assert.deepEqual(unknown, []);
});
