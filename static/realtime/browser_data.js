/**
 * Browser data: drafts and pending requests of one person. They are deleted when the person logs out here or deletes
 * the account.
 */

/** @import {OutboxStorage} from "./types.js" */

import { draftsOf, KINDS, LEAVING } from "./drafts.js";
import { openStorage } from "./outbox_storage.js";

/** @typedef {{storage?: Storage, open?: (user: string) => Promise<OutboxStorage>}} Places */

/**
 * Return whether something was typed or sent and is not stored on the server.
 * @param {string} user @param {Places} [places] @returns {Promise<boolean>}
 */
export async function hasUnsent(user, { storage = localStorage, open = openStorage } = {}) {
  return draftsOf(user, storage).length > 0 || (await (await open(user)).all()).length > 0;
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
  for (const key of KINDS.flatMap((kind) => draftsOf(user, storage, kind))) storage.removeItem(key);
  const outbox = await open(user);
  for (const { cid } of await outbox.all()) await outbox.remove(cid);
}
