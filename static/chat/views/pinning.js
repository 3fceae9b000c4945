/** Pin and unpin messages, each with a way to undo it. */

/** @import {Client} from "../client/client.js" */
/** @import {RoomState} from "../state/types.js" */

import { myRank } from "../state/selectors.js";
import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";
import { isDirect } from "./room_list.js";

/** Return whether the reader may pin messages of the room. @param {RoomState} state @returns {boolean} */
export function mayPin(state) {
  const { room } = state;
  return Boolean(room?.role && !room.archived && (isDirect(room) || myRank(state) > 0));
}

/** @param {Client} client @param {number} o @param {boolean} isPinned */
export function setPinned(client, o, isPinned) {
  const room = client.shown;
  client.send("message.pin", { room, o, pinned: isPinned });
  const undo = () => client.send("message.pin", { room, o, pinned: !isPinned });
  toast(say(isPinned ? "pinned" : "unpinned"), { word: say("undo"), act: undo });
}
