import assert from "node:assert/strict";
import { test } from "node:test";
import { moved, scaled, swipe, WHOLE } from "../../../../static/chat/state/zoom.js";

const SIZE = { width: 400, height: 200 };

test("zoom keeps the point under the fingers", () => {
  const at = { x: 100, y: -50 };
  const zoom = scaled(WHOLE, 2, at, SIZE);
  assert.deepEqual(zoom, { scale: 2, x: -100, y: 50 });
  const point = { x: (at.x - zoom.x) / zoom.scale, y: (at.y - zoom.y) / zoom.scale };
  assert.deepEqual(point, at);
});

test("zoom has a least and a greatest scale", () => {
  assert.deepEqual(scaled(WHOLE, 0.2, { x: 10, y: 10 }, SIZE), WHOLE);
  assert.equal(scaled(WHOLE, 100, { x: 0, y: 0 }, SIZE).scale, 6);
});

test("picture cannot be dragged off the stage", () => {
  const zoom = scaled(WHOLE, 2, { x: 0, y: 0 }, SIZE);
  assert.deepEqual(moved(zoom, { x: 5000, y: -5000 }, SIZE), { scale: 2, x: 200, y: -100 });
  const back = scaled(moved(zoom, { x: 5000, y: 0 }, SIZE), 0.5, { x: 0, y: 0 }, SIZE);
  assert.equal(back.scale, 1);
  assert.equal(Math.abs(back.x) + Math.abs(back.y), 0);
});

test("swipe means the direction that is greater and far enough", () => {
  assert.equal(swipe({ x: -90, y: 20 }), "next");
  assert.equal(swipe({ x: 90, y: 20 }), "previous");
  assert.equal(swipe({ x: 20, y: 90 }), "close");
  assert.equal(swipe({ x: 20, y: -90 }), null);
  assert.equal(swipe({ x: 30, y: 30 }), null);
});
