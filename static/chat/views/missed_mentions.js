/** Missed mentions: the author is told, in words, which mentioned people cannot read the message. */

/** @import {Client} from "../client/client.js" */

import { personOf } from "../ui/face.js";
import { toast } from "../ui/toast.js";
import { count, say } from "../ui/words.js";

const MAX_NAMES = 3;

/** @param {Client} client */
export function startMissedMentions(client) {
  client.subscriptions.on("signalled", async ({ room, kind, value }) => {
    if (kind !== "mention_missed" || room !== client.shown || !value) return;
    const { users } = value;
    const { people } = await client.connection.request("people.read", { ids: users }).catch(() => ({ people: {} }));
    const names = users.slice(0, MAX_NAMES).map((/** @type {string} */ user) => personOf(people, user).name);
    const rest = users.length - names.length;
    const named = rest > 0 ? [...names, say("mention.more", { n: rest })] : names;
    toast(count("mention.missed", users.length, { names: named.join(say("mention.comma")) }));
  });
}
