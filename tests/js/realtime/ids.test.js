import assert from "node:assert/strict";
import { test } from "node:test";
import { randomId } from "../../../static/realtime/ids.js";

test("an id is one that the wire takes, and no two are alike", () => {
  const ids = Array.from({ length: 1000 }, () => randomId());
  assert.ok(ids.every((id) => /^[A-Za-z0-9_-]{8,36}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

test("an id needs nothing that plain http over a LAN lacks", (t) => {
  t.mock.method(crypto, "randomUUID", () => assert.fail("randomUUID is absent there"));
  assert.equal(randomId().length, 22);
});
