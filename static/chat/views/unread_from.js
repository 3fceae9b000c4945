/** Marks a room as unread from a message on. */

/** @import {Client} from "../client/client.js" */

import { ConnectionLost } from "../../realtime/protocol.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

/** Move the read pointer of the shown room back to before the message `o`. @param {Client} client @param {number} o */
export async function markUnreadFrom(client, o) {
  const room = client.shown;
  try {
    client.movedBack(room, await asked(client, { room, o }));
    toast(say("unread.marked"));
  } catch (error) {
    toast(errorText(error));
  }
}

/** Ask again on each new connection: to move the pointer twice to the same place does no harm. @param {Client} client @param {{room: string, o: number}} params */
async function asked(client, params) {
  for (;;) {
    await client.ready();
    try {
      return await client.connection.request("read.unmark", params);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }
}
