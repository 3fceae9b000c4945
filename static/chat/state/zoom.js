/** Zoom of a picture: how it is scaled and moved from its place in the middle. Pure. */

/** @typedef {{scale: number, x: number, y: number}} Zoom x and y in px, of the picture's middle */
/** @typedef {{x: number, y: number}} Point in px, from the middle of the stage */
/** @typedef {{width: number, height: number}} Size of the picture at scale 1 */

export const WHOLE = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 6;
const SWIPE_PX = 60;

/**
 * Scale by a factor and keep the point of the picture under the fingers.
 * @param {Zoom} zoom @param {number} factor @param {Point} at @param {Size} size @returns {Zoom}
 */
export function scaled(zoom, factor, at, size) {
  const scale = Math.min(MAX_SCALE, Math.max(1, zoom.scale * factor));
  const by = scale / zoom.scale;
  return within({ scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by }, size);
}

/** @param {Zoom} zoom @param {Point} by @param {Size} size @returns {Zoom} */
export function moved(zoom, by, size) {
  return within({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, size);
}

/** Keep the picture on the stage. @param {Zoom} zoom @param {Size} size @returns {Zoom} */
function within({ scale, x, y }, { width, height }) {
  const [farX, farY] = [(width * (scale - 1)) / 2, (height * (scale - 1)) / 2];
  return { scale, x: Math.max(-farX, Math.min(farX, x)), y: Math.max(-farY, Math.min(farY, y)) };
}

/**
 * Return what a swipe over a whole picture means.
 * @param {Point} by @returns {"previous" | "next" | "close" | null}
 */
export function swipe({ x, y }) {
  if (Math.abs(x) > Math.abs(y)) return x > SWIPE_PX ? "previous" : x < -SWIPE_PX ? "next" : null;
  return y > SWIPE_PX ? "close" : null;
}
