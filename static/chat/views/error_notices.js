/** Error notices tell that the room or the page is gone, with the one action that helps. */

/** @import {Client} from "../client/client.js" */

import { notice } from "../ui/notice.js";
import { toast } from "../ui/toast.js";
import { knows, say } from "../ui/words.js";

/** @param {Client} client @param {(key: string) => void} go */
export function startErrorNotices(client, go) {
  const home = () => client.list.find(({ lounge }) => lounge)?.key ?? client.list[0]?.key;
  const leave = () => {
    const key = home();
    if (key) go(key);
    else location.assign("/");
  };
  client.on("left", ({ room, reason }) => {
    if (client.plugs.departures.has(reason)) return;
    const name = client.state(room).room?.name ?? "";
    if (reason === "left") toast(say("left.left", { room: name }));
    else notice(knows(`left.${reason}.title`) ? `left.${reason}` : "left.removed", leave, { room: name });
    if (reason === "left" && room === client.shown) leave();
  });
  client.on(
    "refused",
    (room, { type }) => room === client.shown && !client.plugs.departures.has(type) && notice("refused", leave),
  );
  client.connection.on("stopped", ({ reason }) =>
    notice(knows(`stopped.${reason}.title`) ? `stopped.${reason}` : "stopped", () => location.reload()),
  );
}
