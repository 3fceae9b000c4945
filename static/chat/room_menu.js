/** What can be done with a room as a whole; only hosts change it, and nobody leaves the lounge. */

/** @import {Client} from "./client.js" */
import { copy } from "./acts.js";
import { byId, part } from "./dom.js";
import { attach } from "./menu.js";
import { isDirect } from "./room_list.js";

/** @param {Client} client @param {{invite: () => void, settings: () => void, leave: () => void}} asked */
export function startRoomMenu(client, asked) {
  const menu = byId("room-menu", HTMLElement);
  const copyLink = () => copy(`${location.origin}/r/${client.shown}/`);
  for (const [name, act] of Object.entries({ ...asked, copy: copyLink })) {
    part(menu, `[data-act=${name}]`, HTMLElement).addEventListener("click", () => {
      menu.hidePopover();
      act();
    });
  }
  const paint = () => offer(menu, client.state().room);
  client.on("roomChanged", (key) => key === client.shown && paint());
  client.on("shown", paint);
  paint();
  attach(menu, byId("room-more", HTMLElement));
}

/** @param {HTMLElement} menu @param {import("./types.js").Room | null} room */
function offer(menu, room) {
  const between = room !== null && isDirect(room);
  byId("invite", HTMLElement).hidden = !room?.role || between;
  part(menu, "[data-act=invite]", HTMLElement).hidden = !room?.role || between;
  part(menu, "[data-act=settings]", HTMLElement).hidden = room?.role !== "host";
  part(menu, "[data-act=leave]", HTMLElement).hidden = !room?.role || room.lounge || between;
}
