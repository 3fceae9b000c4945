/** Files of messages: what may be sent, how each is shown, and how large. */

/** @import {FileLimits, Item, SharedFile} from "./types.js" */

import { isRemoved } from "./item.js";

export const ALT_LENGTH = 500;
/** The server shortens a longer name; here it only has to fit into a request. */
export const NAME_LENGTH = 255;
const SHOWN_HERE = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);
const HEIC = /\.(?:heic|heif)$/i;
const BOX = { w: 400, h: 320 };
const TILE = 160;
/** The server scales animations down to this side. */
const ANIMATION_SIDE = 1024;

/** @typedef {"picture" | "video" | "audio" | "other"} Look how a file is shown */

/**
 * Return why a file cannot be sent, as a problem of the server would tell, or null.
 * @param {{name: string, type: string, size: number}} file @param {FileLimits} limits
 * @returns {{type: string, status: number, most?: number} | null}
 */
export function problemOf({ name, type, size }, limits) {
  if (size === 0) return { type: "empty_file", status: 422 };
  if (limits.file_bytes > 0 && size > limits.file_bytes)
    return { type: "file_too_large", status: 413, most: limits.file_bytes };
  if (isHeic({ name, type })) return { type: "heic", status: 422 };
  return null;
}

/** @param {{name: string, type: string}} file */
export function isHeic({ name, type }) {
  return /^image\/hei[cf]/.test(type) || (HEIC.test(name) && !SHOWN_HERE.has(type));
}

/** Return whether this browser may show the file before the server has checked it. @param {string} type */
export function isPreviewable(type) {
  return SHOWN_HERE.has(type);
}

/** @param {Pick<SharedFile, "type" | "key">} file @returns {Look} */
export function lookOf({ type, key }) {
  if (key ? type.startsWith("image/") : isPreviewable(type)) return "picture";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "other";
}

/** Return the files to show below a message. @param {Item} item @param {boolean} blocked @returns {SharedFile[]} */
export function filesOf(item, blocked) {
  if (blocked || isRemoved(item)) return [];
  return item.message?.data?.files ?? item.pending?.params.files ?? [];
}

/**
 * Return the size in which a picture is shown: a single one whole, several as equal tiles.
 * @param {Pick<SharedFile, "w" | "h">} file @param {boolean} alone @returns {{width: number, height: number}}
 */
export function shownSize({ w, h }, alone) {
  if (!alone) return { width: TILE, height: TILE };
  if (!w || !h) return { width: BOX.w, height: BOX.h };
  const scale = Math.min(1, BOX.w / w, BOX.h / h);
  return { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) };
}

/** @param {SharedFile} file @returns {string} */
export function addressOf({ key = "", name }) {
  return `/files/${key}/${encodeURIComponent(name)}`;
}

/**
 * Return the address of the version to show among the messages: the small one, but all of an animation.
 * @param {SharedFile} file @param {boolean} [still] whether the reader wants no animations @returns {string}
 */
export function pictureAddress(file, still = false) {
  const { key, type, w = 0, h = 0, thumb } = file;
  const moves = type === "image/webp" && Math.max(w, h) <= ANIMATION_SIDE;
  return thumb && (still || !moves) ? `/files/${key}/thumb` : addressOf(file);
}

/** Return the number and unit of a size, with one decimal below ten. @param {number} bytes @returns {string} */
export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let size = bytes / 1024;
  let unit = 0;
  while (size >= 1023.5 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  const rounded = size < 9.95 ? Math.round(size * 10) / 10 : Math.round(size);
  return `${rounded} ${units[unit]}`;
}

/** Return the ending of a file name for a reader, such as "PDF", or "". @param {string} name @returns {string} */
export function endingOf(name) {
  return (/\.([\p{L}\p{N}]{1,8})$/u.exec(name)?.[1] ?? "").toUpperCase();
}
