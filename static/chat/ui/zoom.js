/** Fingers, mouse and wheel on a picture: pinch, double tap, drag and swipe. */

/** @import {Point, Zoom} from "../state/zoom.js" */

import { Emitter } from "../../realtime/emitter.js";
import { moved, scaled, swipe, WHOLE } from "../state/zoom.js";

const DOUBLE_TAP_SCALE = 2.5;
const DOUBLE_TAP_MS = 300;
const TAP_PX = 8;

/** The event "swiped" tells what a swipe over the whole picture means. @extends {Emitter<{swiped: ["previous" | "next" | "close"]}>} */
export class PictureZoom extends Emitter {
  /** @type {Zoom} */
  #zoom = WHOLE;
  /** @type {Map<number, Point>} the fingers on the picture */
  #fingers = new Map();
  /** @type {Point} */
  #travelled = { x: 0, y: 0 };
  #lastTapAt = 0;
  #hadTwo = false;
  #stage;
  #picture;

  /** @param {HTMLElement} stage @param {HTMLImageElement} picture */
  constructor(stage, picture) {
    super();
    this.#stage = stage;
    this.#picture = picture;
  }

  start() {
    this.#stage.addEventListener("pointerdown", (event) => this.#down(event));
    this.#stage.addEventListener("pointermove", (event) => this.#moved(event));
    for (const end of ["pointerup", "pointercancel"])
      this.#stage.addEventListener(end, (event) => this.#up(/** @type {PointerEvent} */ (event)));
    this.#stage.addEventListener("wheel", (event) => this.#wheeled(event), { passive: false });
  }

  get isWhole() {
    return this.#zoom.scale === 1;
  }

  reset() {
    this.#fingers.clear();
    this.#set(WHOLE);
  }

  /** Scale around the middle. @param {number} factor */
  scale(factor) {
    this.#set(scaled(this.#zoom, factor, { x: 0, y: 0 }, this.#size));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button > 0) return;
    this.#stage.setPointerCapture(event.pointerId);
    if (this.#fingers.size === 0) [this.#travelled, this.#hadTwo] = [{ x: 0, y: 0 }, false];
    this.#fingers.set(event.pointerId, this.#point(event));
    this.#hadTwo ||= this.#fingers.size > 1;
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#point(event);
    const by = { x: now.x - before.x, y: now.y - before.y };
    this.#fingers.set(event.pointerId, now);
    this.#travelled = { x: this.#travelled.x + by.x, y: this.#travelled.y + by.y };
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinched(before, now, other);
    else if (!this.isWhole) this.#set(moved(this.#zoom, by, this.#size));
  }

  /** @param {Point} before @param {Point} now @param {Point} other */
  #pinched(before, now, other) {
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    this.#set(scaled(this.#zoom, factor, middle, this.#size));
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const at = this.#fingers.get(event.pointerId);
    this.#fingers.delete(event.pointerId);
    if (!at || this.#fingers.size > 0 || this.#hadTwo || event.type === "pointercancel") return;
    const { x, y } = this.#travelled;
    if (Math.hypot(x, y) < TAP_PX) return this.#tapped(at, event.timeStamp);
    const meaning = this.isWhole && event.pointerType !== "mouse" ? swipe(this.#travelled) : null;
    if (meaning) this.emit("swiped", meaning);
  }

  /** @param {Point} at @param {number} time */
  #tapped(at, time) {
    const double = time - this.#lastTapAt < DOUBLE_TAP_MS;
    this.#lastTapAt = double ? 0 : time;
    if (double) this.#set(this.isWhole ? scaled(this.#zoom, DOUBLE_TAP_SCALE, at, this.#size) : WHOLE);
  }

  /** @param {WheelEvent} event */
  #wheeled(event) {
    event.preventDefault();
    this.#set(scaled(this.#zoom, Math.exp(-event.deltaY / 300), this.#point(event), this.#size));
  }

  /** @param {Zoom} zoom */
  #set(zoom) {
    this.#zoom = zoom;
    this.#picture.style.transform = `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`;
    this.#stage.classList.toggle("zoomed", zoom.scale > 1);
  }

  get #size() {
    return { width: this.#picture.offsetWidth, height: this.#picture.offsetHeight };
  }

  /** @param {MouseEvent} event @returns {Point} */
  #point({ clientX, clientY }) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
