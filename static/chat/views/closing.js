/** Archive, delete and restore a room, and choose a new host before the last one leaves. */

/** @import {Client} from "../client/client.js" */

import { confirmed } from "../ui/confirm.js";
import { byId, make } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

/**
 * @param {Client} client @param {string} key @param {string} name @param {"archive" | "delete"} act
 * @returns {Promise<void>}
 */
export async function closeRoom(client, key, name, act) {
  const what = act === "delete" ? "delete_room" : act;
  if (!(await confirmed(what, { room: name }))) return;
  const done = () =>
    toast(say(`${what}.done`, { room: name }), { word: say("undo"), act: () => restoreRoom(client, key, name) });
  await client.act(`room.${act}`, { room: key }).then(done, (error) => toast(errorText(error)));
}

/** @param {Client} client @param {string} key @param {string} name @returns {Promise<boolean>} */
export function restoreRoom(client, key, name) {
  const told = (/** @type {string} */ text, /** @type {boolean} */ done) => {
    toast(text);
    return done;
  };
  return client.act("room.restore", { room: key }).then(
    () => told(say("restore.done", { room: name }), true),
    (error) => told(errorText(error), false),
  );
}

/**
 * Return whether a last host may leave: another person is host now, or no host is needed.
 * @param {Client} client @param {{key: string, name: string}} room @returns {Promise<boolean>}
 */
export async function handedOver(client, room) {
  const { members, people } = await client.connection.request("member.list", { room: room.key });
  const others = members.filter((/** @type {any} */ { user }) => user !== client.me);
  const isLast =
    members.some((/** @type {any} */ { user, role }) => user === client.me && role === "host") &&
    !others.some((/** @type {any} */ { role }) => role === "host");
  if (!isLast || others.length === 0) return true;
  const choice = await chosen(others.map((/** @type {any} */ { user }) => [user, people[user]?.name ?? user]));
  if (choice === "archive") await closeRoom(client, room.key, room.name, "archive");
  if (choice !== "leave") return false;
  await client.act("member.role", {
    room: room.key,
    user: byId("last-host-user", HTMLSelectElement).value,
    role: "host",
  });
  return true;
}

/** @param {[string, string][]} others @returns {Promise<string>} */
function chosen(others) {
  const dialog = byId("last-host-dialog", HTMLDialogElement);
  byId("last-host-user", HTMLSelectElement).replaceChildren(
    ...others.map(([user, name]) => {
      const option = make("option", "", name);
      option.setAttribute("value", user);
      return option;
    }),
  );
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
