/** Board of numbers: one card for each topic, and the charts of the last hour. */

/** @import {Live, Minute} from "./types.js" */

import { byId, make } from "../chat/ui/dom.js";
import { count, say } from "../chat/ui/words.js";
import { Chart } from "./chart.js";
import { duration, figure, milliseconds, sizeName } from "./numbers.js";

const SOURCES = ["doorbell", "sweep", "open"];
/** A task that waits longer is marked. */
const LATE_S = 120;
const KINDS = ["warn", "mute", "kick", "ban"];

export class Board {
  #lines = chart("lines", ["main"], ([n], ago) => say("live.at_lines", { n: figure(n), ago: duration(ago) }), figure);
  #path = chart(
    "path",
    ["main", "soft", "faint"],
    ([p95, p50, p99], ago) =>
      say("live.at_path", { p50: figure(p50), p95: figure(p95), p99: figure(p99), ago: duration(ago) }),
    milliseconds,
  );
  #connections = chart(
    "connections",
    ["main"],
    ([n], ago) => say("live.at_connections", { n: figure(n), ago: duration(ago) }),
    figure,
    4,
  );
  #writes = chart(
    "writes",
    ["main"],
    ([n], ago) => say("live.at_writes", { n: figure(n), ago: duration(ago) }),
    figure,
  );

  /** @param {Live} told */
  show(told) {
    write("process", told.process);
    write("up", duration(told.up_s));
    this.#showTalk(told);
    this.#showWriter(told);
    this.#showSafety(told);
    this.#showModeration(told);
    this.#showRooms(told);
    this.#showHour(told);
  }

  /** @param {Live} told */
  #showTalk({ lines, deliveries, path, connections, people, lagging }) {
    write("lines", figure(lines));
    write("deliveries", figure(deliveries));
    write("p50", figure(path.p50));
    write("p95", figure(path.p95));
    write("p99", figure(path.p99));
    write("samples", path.samples ? count("live.samples", path.samples) : say("live.no_samples"));
    write("connections", figure(connections));
    write("people", count("live.people", people));
    write("lagging", lagging ? count("live.lagging", lagging) : say("live.none_lags"), lagging > 0);
  }

  /** @param {Live} told */
  #showWriter({ writes, queued, batches, minutes, tasks }) {
    write("writes", figure(writes));
    write("tasks", say("live.tasks", { n: tasks.waiting, s: Math.round(tasks.oldest_s) }), tasks.oldest_s > LATE_S);
    write("queued", count("live.queued", queued), queued > 100);
    write(
      "mean",
      batches.count
        ? say("live.mean", { n: figure(batches.writes / batches.count), batches: figure(batches.count) })
        : say("live.no_batches"),
    );
    write("peak", say("live.peak", { n: figure(Math.max(...minutes.map((minute) => minute.queued))) }));
    const most = Math.max(1, ...batches.sizes);
    const last = batches.sizes.length - 1;
    const used = batches.sizes.findLastIndex((n) => n > 0);
    const bars = batches.sizes.slice(0, Math.max(4, used + 1)).map((n, place) => bar(sizeName(place, last), n, most));
    byId("sizes", HTMLElement).replaceChildren(...bars);
  }

  /** @param {Live} told */
  #showSafety({ repaired, repeats }) {
    const holes = Object.values(repaired).reduce((sum, n) => sum + n, 0);
    write("holes", figure(holes));
    write("holes-word", count("live.holes", holes));
    write("holes-say", holes ? say("live.holes_mended") : say("live.no_holes"));
    byId("sources", HTMLElement).replaceChildren(
      ...SOURCES.flatMap((source) => fact(say(`live.source.${source}`), figure(repaired[source] ?? 0))),
    );
    write("repeats", figure(repeats));
    write("repeats-word", count("live.repeats", repeats));
  }

  /** @param {Live} told */
  #showModeration({ door }) {
    const standing = Object.values(door.sanctions).reduce((sum, n) => sum + n, 0);
    write("in-force", figure(standing));
    write("in-force-word", count("live.in_force", standing));
    write("on-site", count("live.on_site", door.on_site));
    byId("kinds", HTMLElement).replaceChildren(
      ...KINDS.flatMap((kind) => fact(say(`live.kind.${kind}`), figure(door.sanctions[kind] ?? 0))),
    );
    write("reports", count("live.reports", door.reports), door.reports > 0);
    write("appeals", count("live.appeals", door.appeals), door.appeals > 0);
  }

  /** @param {Live} told */
  #showRooms({ rooms, rooms_known }) {
    const most = Math.max(1, ...rooms.map(({ lines }) => lines));
    byId("rooms", HTMLElement).replaceChildren(...rooms.map((room) => row(room, most)));
    byId("no-rooms", HTMLElement).hidden = rooms.length > 0;
    write("rooms-known", count("live.rooms", rooms_known));
  }

  /** @param {Live} told */
  #showHour({ minutes, up_s }) {
    /** @param {(minute: Minute) => number | null} value */
    const over = (value) => minutes.map((minute) => ({ ago: Math.max(0, minute.ago_s - 60), value: value(minute) }));
    this.#lines.show([over(({ lines }) => lines)], up_s);
    this.#path.show([over(({ p95 }) => p95), over(({ p50 }) => p50), over(({ p99 }) => p99)], up_s);
    this.#connections.show([over(({ connections }) => connections)], up_s);
    this.#writes.show([over(({ writes }) => writes)], up_s);
  }
}

/**
 * @param {string} id @param {string[]} names @param {(values: (number | null)[], ago: number) => string} words
 * @param {(value: number) => string} top @param {number} [least]
 */
function chart(id, names, words, top, least) {
  return new Chart(byId(`chart-${id}`, HTMLElement), { names, told: words, top, least });
}

/** @param {string} id @param {string} text @param {boolean} [wants] whether it needs attention */
function write(id, text, wants = false) {
  const element = byId(id, HTMLElement);
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("wants", wants);
}

/** @param {string} name @param {string} value @returns {HTMLElement[]} */
const fact = (name, value) => [make("dt", "", name), make("dd", value === "0" ? "none" : "", value)];

/** @param {string} name @param {number} n @param {number} most */
function bar(name, n, most) {
  const item = make("li", "bar-of");
  const meter = make("span", "bar-fill");
  meter.style.inlineSize = `${(n / most) * 100}%`;
  const track = make("span", "bar-track");
  track.append(meter);
  item.append(make("span", "bar-name", name), track, make("span", "bar-n", figure(n)));
  return item;
}

/** @param {Live["rooms"][number]} room @param {number} most */
function row({ room, name, here, readers, lines }, most) {
  const item = make("tr", "");
  const title = make("th", "");
  title.setAttribute("scope", "row");
  const link = make("a", "", name ?? say("live.private"));
  if (name !== null) link.setAttribute("href", `/r/${room}/`);
  title.append(link);
  const meter = make("span", "bar-fill");
  meter.style.inlineSize = `${(lines / most) * 100}%`;
  const track = make("span", "bar-track");
  track.append(meter);
  const activity = make("td", "activity");
  activity.append(track);
  item.append(
    title,
    make("td", "", figure(here)),
    make("td", "wide", figure(readers)),
    make("td", "", figure(lines)),
    activity,
  );
  return item;
}
