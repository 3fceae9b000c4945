import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { fakePage } from "../../fakes.js";

process.env.TZ = "Europe/Berlin";
fakePage();
const { learn } = await import("../../../../static/chat/ui/words.js");
const { clock, currentZone, dayName, untilMidnight, useClock, watchCalendar, when } = await import(
  "../../../../static/chat/ui/time.js"
);

const HOUR = 60 * 60 * 1000;
const local = (/** @type {number[]} */ ...[year, month, day, hour, minute]) =>
  new Date(year, month - 1, day, hour, minute).getTime();

beforeEach(() => {
  process.env.TZ = "Europe/Berlin";
  currentZone();
  learn(/** @type {any} */ ({ today: "Today", yesterday: "Yesterday" }));
});

test("dayName follows the calendar over the day with 23 hours", () => {
  const now = local(2026, 3, 30, 0, 30);
  assert.equal(dayName(local(2026, 3, 28, 12, 0), now), "Saturday 28 March");
  assert.equal(dayName(local(2026, 3, 29, 12, 0), now), "Yesterday");
  assert.equal(dayName(local(2026, 3, 30, 0, 10), now), "Today");
});

test("dayName follows the calendar over the day with 25 hours", () => {
  const now = local(2026, 10, 25, 23, 30);
  assert.equal(dayName(local(2026, 10, 24, 12, 0), now), "Yesterday");
  assert.equal(dayName(local(2026, 10, 25, 1, 0), now), "Today");
  assert.equal(dayName(local(2026, 10, 23, 12, 0), now), "Friday 23 October");
});

test("dayName gives the year of a day long ago", () => {
  assert.equal(dayName(local(2025, 1, 2, 12, 0), local(2026, 1, 2, 12, 0)), "2 January 2025");
});

test("untilMidnight counts the hours that the day has left", () => {
  assert.equal(untilMidnight(local(2026, 3, 29, 0, 0)), 23 * HOUR);
  assert.equal(untilMidnight(local(2026, 10, 25, 0, 0)), 25 * HOUR);
  assert.equal(untilMidnight(local(2026, 6, 1, 23, 59)), 60_000);
});

test("clock and dayName change together when the reader's time zone changes", () => {
  const at = Date.UTC(2026, 5, 10, 15, 26);
  assert.equal(clock(at), "17:26");
  process.env.TZ = "Asia/Tokyo";
  assert.equal(currentZone(), "Asia/Tokyo");
  assert.equal(clock(at), "00:26");
  assert.equal(dayName(at, at), "Today");
});

test("day of a time follows the server's clock, not that of the reader", () => {
  const sent = local(2026, 6, 9, 12, 0);
  useClock(() => sent + HOUR);
  assert.equal(when(sent), "12:00");
  assert.equal(dayName(sent), "Today");
  useClock(() => local(2026, 6, 10, 12, 0));
  assert.equal(when(sent), "9 Jun, 12:00");
  useClock(() => Date.now());
});

test("watchCalendar tells of midnight in a room where nothing is said", () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: local(2026, 6, 9, 21, 30) });
  useClock(() => Date.now());
  const sent = Date.now();
  /** @type {string[]} */
  const names = [];
  watchCalendar(() => names.push(dayName(sent)));
  mock.timers.tick(2 * HOUR);
  assert.deepEqual(names, []);
  mock.timers.tick(HOUR);
  mock.timers.tick(HOUR);
  assert.deepEqual(names, ["Yesterday"]);
  mock.timers.reset();
});

test("watchCalendar tells a reader who comes back in another time zone", () => {
  let changes = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
  watchCalendar(() => changes++);
  process.env.TZ = "Asia/Tokyo";
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(changes, 1);
  mock.timers.reset();
});
