import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../static/realtime/backoff.js";
import { seeded } from "../fakes.js";

test("ceiling doubles from half a second and stays at twenty", () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
});

test("waits are spread over the whole range below the ceiling", () => {
  const random = seeded(7);
  const firsts = Array.from({ length: 1000 }, () => new Backoff(random).next());
  assert.ok(firsts.every((ms) => ms >= 0 && ms < 500));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    assert.ok(firsts.filter((ms) => Math.floor(ms / 50) === tenth).length > 50);
  }
});

test("time that the server gives comes first, zero too, and the attempt counts", () => {
  const backoff = new Backoff(() => 1);
  assert.equal(backoff.next(7000), 7000);
  assert.equal(backoff.next(0), 0);
  assert.equal(backoff.next(null), 2000);
});

test("reset begins anew", () => {
  const backoff = new Backoff(() => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 500);
});

test("lower ceiling bounds the wait, and the attempt counts", () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 4 }, () => backoff.next(null, 3000));
  assert.deepEqual(waits, [500, 1000, 2000, 3000]);
  assert.equal(backoff.next(), 8000);
});
