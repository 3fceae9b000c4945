/**
 * Drawing of the board: a plate with holes, discs behind it, marks before it. A sign on each disc tells its colour,
 * too.
 */

import { COLUMNS, ROWS } from "../state/four.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const CELL = 100;
const EDGE = 14;
const HOLE = 42;
const SPARKS = 10;
const WIDTH = COLUMNS * CELL + 2 * EDGE;
const HEIGHT = ROWS * CELL + 2 * EDGE;
/** Red has a ring, gold a star. */
const SIGNS = ["M0-19a19 19 0 1 0 0 38a19 19 0 1 0 0-38z", "M0-25 7-7 25 0 7 7 0 25-7 7-25 0-7-7z"];

/**
 * @param {string} tag @param {Record<string, string | number>} attributes @param {Element[]} children
 * @returns {SVGElement}
 */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return /** @type {SVGElement} */ (element);
}

/** @param {number} column @param {number} row @returns {[number, number]} */
const centre = (column, row) => [EDGE + CELL * (column + 0.5), EDGE + CELL * (ROWS - row - 0.5)];

/** Return an empty board and its layers, from the back. */
export function plate() {
  const layers = { discs: draw("g", {}), marks: draw("g", {}), ghosts: draw("g", {}) };
  const back = draw("rect", { class: "board-back", x: 4, y: 4, width: WIDTH - 8, height: HEIGHT - 8, rx: 28 });
  const front = draw("path", { class: "board-front", d: outline() + holes(), "fill-rule": "evenodd" });
  const svg = draw(
    "svg",
    { class: "board-picture", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" },
    back,
    layers.discs,
    front,
    layers.ghosts,
    layers.marks,
  );
  return { svg, ...layers };
}

/** @param {number} column @param {number} row @param {number} seat @param {string} [more] classes */
export function disc(column, row, seat, more = "") {
  const [x, y] = centre(column, row);
  const falling = draw(
    "g",
    { class: "disc-body" },
    draw("circle", { r: HOLE + 2 }),
    draw("path", { class: "disc-sign", d: SIGNS[seat] }),
  );
  falling.style.setProperty("--fall", `${-(ROWS - row) * CELL}px`);
  return draw("g", { class: `disc ${more}`, "data-seat": seat, transform: `translate(${x} ${y})` }, falling);
}

/** @param {number} column @param {number} row @param {string} name of the class */
export function ring(column, row, name) {
  const [cx, cy] = centre(column, row);
  return draw("circle", { class: name, cx, cy, r: HOLE - 3 });
}

/** Return the line through the winning discs. @param {number[]} from @param {number[]} to column and row */
export function stroke(from, to) {
  const [[x1, y1], [x2, y2]] = [centre(from[0], from[1]), centre(to[0], to[1])];
  return draw("line", { class: "board-stroke", x1, y1, x2, y2, pathLength: 1 });
}

/** Return sparks around a winning disc. @param {number} column @param {number} row */
export function burst(column, row) {
  const [x, y] = centre(column, row);
  const sparks = Array.from({ length: SPARKS }, (_, index) => {
    const spark = draw("circle", { class: "spark", r: 9 });
    spark.style.setProperty("--turn", `${(360 / SPARKS) * index}deg`);
    return spark;
  });
  return draw("g", { class: "burst", transform: `translate(${x} ${y})` }, ...sparks);
}

/** Return a single disc, to stand beside a name. @param {number} seat */
export function sign(seat) {
  const circle = draw("circle", { r: HOLE + 4 });
  return draw(
    "svg",
    { class: "disc sign", "data-seat": seat, viewBox: "-48 -48 96 96", "aria-hidden": "true" },
    circle,
    draw("path", { class: "disc-sign", d: SIGNS[seat] }),
  );
}

function outline() {
  const [w, h, r] = [WIDTH, HEIGHT, 32];
  return `M${r} 0H${w - r}a${r} ${r} 0 0 1 ${r} ${r}V${h - r}a${r} ${r} 0 0 1-${r} ${r}H${r}a${r} ${r} 0 0 1-${r}-${r}V${r}a${r} ${r} 0 0 1 ${r}-${r}z`;
}

function holes() {
  const cells = Array.from({ length: COLUMNS * ROWS }, (_, cell) => centre(cell % COLUMNS, Math.floor(cell / COLUMNS)));
  return cells
    .map(([x, y]) => `M${x - HOLE} ${y}a${HOLE} ${HOLE} 0 1 0 ${2 * HOLE} 0a${HOLE} ${HOLE} 0 1 0-${2 * HOLE} 0z`)
    .join("");
}
