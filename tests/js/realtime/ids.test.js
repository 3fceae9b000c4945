import assert from "node:assert/strict";
import { test } from "node:test";
import { randomId } from "../../../static/realtime/ids.js";

test("ids fit the protocol and differ", () => {
  const ids = Array.from({ length: 1000 }, () => randomId());
  assert.ok(ids.every((id) => /^[A-Za-z0-9_-]{8,36}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

test("ids need nothing that plain http over a LAN lacks", (t) => {
  t.mock.method(crypto, "randomUUID", () => assert.fail("randomUUID is absent there"));
  assert.equal(randomId().length, 22);
});
