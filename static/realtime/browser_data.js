/**
 * Browser data: drafts, pending requests, files and choices of one person. They are deleted when the person logs out
 * here or deletes the account.
 */

/** @import {CidStorage} from "./types.js" */

import { draftsOf, KINDS, LEAVING } from "./drafts.js";
import { openStorage } from "./outbox_storage.js";

const STORED = /** @type {const} */ (["outbox", "uploads"]);
const keptPrefix = (/** @type {string} */ user) => `parlor.kept.${user}.`;

/** @typedef {{storage?: Storage, open?: (user: string, what: "outbox" | "uploads") => Promise<CidStorage<any>>}} Places */

/**
 * Return the key of something in localStorage that is kept for one person, until that person logs out.
 * @param {string} user @param {string} name @returns {string}
 */
export function keptKey(user, name) {
  return keptPrefix(user) + name;
}

/**
 * Return whether something was typed or sent and is not stored on the server.
 * @param {string} user @param {Places} [places] @returns {Promise<boolean>}
 */
export async function hasUnsent(user, { storage = localStorage, open = openStorage } = {}) {
  const stored = await Promise.all(STORED.map(async (what) => (await open(user, what)).all()));
  return draftsOf(user, storage).length > 0 || stored.some((entries) => entries.length > 0);
}

/**
 * Remember that a person is about to log out. The next page deletes their data, if they are logged out by then.
 * @param {string} user @param {Places} [places]
 */
export function leaving(user, { storage = localStorage } = {}) {
  storage.setItem(LEAVING, user);
}

/**
 * Delete the data of a person who has logged out. Each page calls it when it begins.
 * @param {string | null} me the person who is logged in now @param {Places} [places]
 */
export async function forgetWhoLeft(me, { storage = localStorage, open = openStorage } = {}) {
  const user = storage.getItem(LEAVING);
  if (user === null) return;
  storage.removeItem(LEAVING);
  if (user === me) return;
  const all = Array.from({ length: storage.length }, (_, n) => storage.key(n) ?? "");
  const kept = all.filter((key) => key.startsWith(keptPrefix(user)));
  for (const key of [...KINDS.flatMap((kind) => draftsOf(user, storage, kind)), ...kept]) storage.removeItem(key);
  for (const what of STORED) {
    const stored = await open(user, what);
    for (const { cid } of await stored.all()) await stored.remove(cid);
  }
}
