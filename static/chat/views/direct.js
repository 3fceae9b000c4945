/** Direct rooms: write to a person, block a person, close the conversation. */

/** @import {Client} from "../client/client.js" */
/** @import {Action} from "../ui/menu.js" */

import { nameOf, partner } from "../state/selectors.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

/**
 * @typedef {{block: (user: string, blocked: boolean, name: string) => Promise<void>, close: () => Promise<void>, actions: (user: string) => Action[]}} Direct
 */

/**
 * Start direct rooms. `blocked` is called when the set of blocked people has changed.
 * @param {Client} client @param {{go: (key: string) => void, blocked: () => void}} facts @returns {Direct}
 */
export function startDirect(client, { go, blocked: changed }) {
  const ask = (/** @type {string} */ method, /** @type {any} */ params) =>
    client.connection.request(method, params).catch((error) => {
      toast(errorText(error));
      return null;
    });
  const load = () =>
    client.connection
      .request("block.list", {})
      .then(({ users }) => client.setBlocked(users))
      .catch(() => undefined);
  const write = async (/** @type {string} */ user) => {
    const opened = await ask("direct.open", { users: [user] });
    if (opened) go(opened.room);
  };
  const leave = (/** @type {string} */ key) =>
    client.shown === key && go(client.list.find(({ lounge }) => lounge)?.key ?? key);

  const block = async (/** @type {string} */ user, /** @type {boolean} */ blocked, /** @type {string} */ name) => {
    const room = client.list.find(({ direct }) => direct?.length === 2 && direct.includes(user))?.key;
    if (!(await ask("person.block", { user, blocked }))) return;
    await load();
    changed();
    if (!blocked) return;
    if (room) leave(room);
    toast(say("people.blocked", { name }), { word: say("undo"), act: () => block(user, false, name) });
  };

  const close = async () => {
    const key = client.shown;
    if (!(await ask("direct.hide", { room: key, hidden: true }))) return;
    leave(key);
    const back = async () => (await ask("direct.hide", { room: key, hidden: false })) && go(key);
    toast(say("direct.closed"), { word: say("undo"), act: back });
  };

  client.connection.on("greeted", load);
  const actions = (/** @type {string} */ user) => (user === client.me ? [] : actionsOn(client, user, write, block));
  return { block, close, actions };
}

/**
 * @param {Client} client @param {string} user @param {(user: string) => void} write @param {Direct["block"]} block
 * @returns {Action[]}
 */
function actionsOn(client, user, write, block) {
  const blocked = client.blocked.has(user);
  const here = partner(client.state()) === user;
  return [
    ...(blocked || here ? [] : [{ icon: "edit", word: say("people.write"), act: () => write(user) }]),
    {
      icon: blocked ? "tick" : "close",
      word: say(blocked ? "people.unblock" : "people.block"),
      act: () => block(user, !blocked, nameOf(client.state(), user)),
    },
  ];
}
