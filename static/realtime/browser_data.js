/** What a browser keeps of one person, drafts and what is not sent: gone when they log out here or delete the account. */

/** @import {OutboxStorage} from "./types.js" */

import { draftsOf, LEAVING } from "./drafts.js";
import { openStorage } from "./outbox_storage.js";

/** @typedef {{storage?: Storage, open?: (user: string) => Promise<OutboxStorage>}} Places */

/** Whether something was typed and not sent. @param {string} user @param {Places} [places] @returns {Promise<boolean>} */
export async function hasUnsent(user, { storage = localStorage, open = openStorage } = {}) {
  return draftsOf(user, storage).length > 0 || (await (await open(user)).all()).length > 0;
}

/** They are about to log out: the next page forgets them, if they are out by then. @param {string} user @param {Places} [places] */
export function leaving(user, { storage = localStorage } = {}) {
  storage.setItem(LEAVING, user);
}

/** Said by each page as it begins. @param {string | null} me who is logged in now @param {Places} [places] */
export async function forgetWhoLeft(me, { storage = localStorage, open = openStorage } = {}) {
  const user = storage.getItem(LEAVING);
  if (user === null) return;
  storage.removeItem(LEAVING);
  if (user === me) return;
  for (const key of draftsOf(user, storage)) storage.removeItem(key);
  const outbox = await open(user);
  for (const { cid } of await outbox.all()) await outbox.remove(cid);
}
