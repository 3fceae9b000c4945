/** Chart of the last hour as SVG. The functions for its shapes are pure; `Chart` puts them on the page. */

import { make } from "../chat/ui/dom.js";
import { count, say } from "../chat/ui/words.js";

export const WIDTH = 300;
export const HEIGHT = 72;
const HOUR_S = 3600;
const LEAST_S = 600;
const SVG = "http://www.w3.org/2000/svg";
const STEPS = [1, 2, 2.5, 5, 10];

/** @typedef {{ago: number, value: number | null}} Point seconds ago */

/**
 * Return the round number at or above the highest value, where the chart ends.
 * @param {(number | null)[]} values @param {number} [least]
 */
export function ceiling(values, least = 1) {
  const highest = Math.max(least, ...values.map((value) => value ?? 0));
  const power = 10 ** Math.floor(Math.log10(highest));
  return (STEPS.find((step) => step * power >= highest * 0.999) ?? 10) * power;
}

/**
 * Return the time span of the chart in seconds. It grows in steps with the age of the process, up to an hour.
 * @param {number} age age of the process in seconds
 */
export const spanOf = (age) => Math.min(HOUR_S, Math.max(LEAST_S, Math.ceil(age / LEAST_S) * LEAST_S));

/**
 * Return the horizontal place: `span` ago is at the left, now at the right.
 * @param {number} ago @param {number} span
 */
export const across = (ago, span) => Math.round(Math.max(0, 1 - ago / span) * WIDTH * 10) / 10;

/** @param {number} value @param {number} top */
const up = (value, top) => Math.round((1 - Math.min(1, value / top)) * (HEIGHT - 2) * 10) / 10 + 1;

/**
 * Return runs of points that have a value. Nothing is drawn between runs.
 * @param {Point[]} points @returns {{ago: number, value: number}[][]}
 */
export function runs(points) {
  /** @type {{ago: number, value: number}[][]} */
  const found = [];
  let open = false;
  for (const { ago, value } of points) {
    if (value !== null && open) found[found.length - 1].push({ ago, value });
    else if (value !== null) found.push([{ ago, value }]);
    open = value !== null;
  }
  return found;
}

/** @param {Point[]} points oldest first @param {number} top @param {number} span */
export function linePath(points, top, span) {
  return drawn(points, top, span)
    .map((places) => `M${places.join("L")}`)
    .join("");
}

/** Return the line, closed along the bottom. @param {Point[]} points @param {number} top @param {number} span */
export function areaPath(points, top, span) {
  const x = (/** @type {string} */ place) => place.split(" ")[0];
  const closed = drawn(points, top, span).map(
    (places) => `M${x(places[0])} ${HEIGHT}L${places.join("L")}L${x(places[places.length - 1])} ${HEIGHT}Z`,
  );
  return closed.join("");
}

/** Return "x y" of each point of each run. @param {Point[]} points @param {number} top @param {number} span */
function drawn(points, top, span) {
  const seen = points.filter(({ ago }) => ago <= span);
  return runs(seen).map((run) => stretched(run).map(({ ago, value }) => `${across(ago, span)} ${up(value, top)}`));
}

/** Return a run that can be seen: a single minute becomes a dash. @param {{ago: number, value: number}[]} run */
const stretched = (run) => (run.length > 1 ? run : [run[0], { ...run[0], ago: Math.max(0, run[0].ago - 60) }]);

export class Chart {
  #root;
  #svg;
  #top;
  #readout;
  /** @type {SVGPathElement[]} */
  #paths = [];
  /** @type {Point[][]} */
  #series = [];
  #area;
  #cursor;
  #since;
  #span = HOUR_S;
  #told;
  #name;
  #least;

  /**
   * @param {HTMLElement} root
   * @param {{names: string[], told: (values: (number | null)[], ago: number) => string, top: (value: number) => string, least?: number}} options
   *   `names`: a class for each line, the first is filled; `told`: the text for the values under the pointer
   */
  constructor(root, { names, told, top, least = 1 }) {
    this.#root = root;
    this.#told = told;
    this.#least = least;
    this.#svg = shape("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      class: "chart-lines",
      "aria-hidden": "true",
    });
    this.#area = this.#draw("chart-area");
    this.#paths = names.map((name) => this.#draw(`chart-line ${name}`));
    this.#cursor = shape("line", { class: "chart-cursor", y1: "0", y2: String(HEIGHT) });
    this.#svg.append(this.#cursor);
    this.#top = make("span", "chart-top");
    this.#readout = make("span", "chart-readout");
    this.#name = top;
    this.#since = make("span", "");
    const axis = make("p", "chart-axis");
    axis.append(this.#since, make("span", "", say("live.now")));
    root.append(this.#top, this.#readout, this.#svg, axis);
    this.#svg.addEventListener("pointermove", (event) => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => this.#leave());
  }

  /** @param {Point[][]} series @param {number} age seconds for which there are values */
  show(series, age) {
    this.#span = spanOf(age);
    this.#since.textContent = count("live.axis", this.#span / 60);
    const top = ceiling(
      series.flatMap((points) => points.map(({ value }) => value)),
      this.#least,
    );
    this.#series = series;
    this.#area.setAttribute("d", areaPath(series[0], top, this.#span));
    this.#paths.forEach((path, place) => path.setAttribute("d", linePath(series[place], top, this.#span)));
    this.#top.textContent = this.#name(top);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.#svg.getBoundingClientRect();
    const wanted = (1 - (event.clientX - box.left) / box.width) * this.#span;
    const place = nearest(this.#series[0] ?? [], wanted);
    if (place === null) return;
    const { ago } = this.#series[0][place];
    this.#cursor.setAttribute("x1", String(across(ago, this.#span)));
    this.#cursor.setAttribute("x2", String(across(ago, this.#span)));
    this.#root.classList.add("pointed");
    this.#readout.textContent = this.#told(
      this.#series.map((points) => points[place].value),
      ago,
    );
  }

  #leave() {
    this.#root.classList.remove("pointed");
    this.#readout.textContent = "";
  }

  /** @param {string} name */
  #draw(name) {
    const path = shape("path", { class: name, "vector-effect": "non-scaling-stroke" });
    this.#svg.append(path);
    return path;
  }
}

/** @param {Point[]} points @param {number} ago @returns {number | null} */
export function nearest(points, ago) {
  let best = null;
  for (const [place, point] of points.entries()) {
    if (best === null || Math.abs(point.ago - ago) < Math.abs(points[best].ago - ago)) best = place;
  }
  return best;
}

/** @template {keyof SVGElementTagNameMap} T @param {T} tag @param {Record<string, string>} attributes */
function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
