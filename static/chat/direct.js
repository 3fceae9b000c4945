/** Writing to one person, and not hearing one. */

/** @import {Client} from "./client.js" */
/** @import {Act} from "./menu.js" */
import { PERSON_ACTS } from "./people_panel.js";
import { toast } from "./toast.js";
import { refusal, say } from "./words.js";

/** @param {Client} client @param {(key: string) => void} go */
export function startDirect(client, go) {
  const told = (/** @type {unknown} */ error) => void toast(refusal(error));
  const load = () => client.connection.request("block.list", {}).then(({ users }) => client.hear(users)).catch(() => undefined);
  const write = (/** @type {string} */ user) => client.connection.request("direct.open", { users: [user] }).then(({ room }) => go(room)).catch(told);
  const block = async (/** @type {string} */ user, /** @type {boolean} */ blocked) => {
    await client.connection.request("person.block", { user, blocked }).then(load).catch(told);
  };
  client.connection.on("greeted", load);
  PERSON_ACTS.push((user) => (user === client.me ? [] : acts(client, user, write, block)));
}

/** @param {Client} client @param {string} user @param {(user: string) => void} write @param {(user: string, blocked: boolean) => void} block @returns {Act[]} */
function acts(client, user, write, block) {
  const blocked = client.blocked.has(user);
  return [
    ...(blocked ? [] : [{ icon: "edit", word: say("people.write"), act: () => write(user) }]),
    { icon: blocked ? "tick" : "close", word: say(blocked ? "people.unblock" : "people.block"), act: () => block(user, !blocked) },
  ];
}
