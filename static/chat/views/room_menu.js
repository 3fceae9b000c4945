/** Menu of a room. Only hosts change a room, and nobody leaves the lounge. */

/** @import {Client} from "../client/client.js" */

import { myRank, partner } from "../state/selectors.js";
import { copy } from "../ui/copy.js";
import { byId, part } from "../ui/dom.js";
import { attach } from "../ui/menu.js";
import { isDirect } from "./room_list.js";

/**
 * @param {Client} client
 * @param {{invite: () => void, pins: () => void, settings: () => void, archive: () => void, delete: () => void, restore: () => void, leave: () => void, close: () => void}} asked
 */
export function startRoomMenu(client, asked) {
  const menu = byId("room-menu", HTMLElement);
  const copyLink = () => copy(`${location.origin}/r/${client.shown}/`);
  const added = Object.entries(Object.assign({}, ...client.plugs.ask("roomActions")));
  const actions = Object.fromEntries(added.map(([name, { act }]) => [name, act]));
  for (const [name, act] of Object.entries({ ...asked, ...actions, copy: copyLink })) {
    menu.querySelector(`[data-act=${name}]`)?.addEventListener("click", () => {
      menu.hidePopover();
      act();
    });
  }
  const paint = () => {
    offer(menu, client.state());
    for (const [name, { isOffered }] of added)
      menu.querySelector(`[data-act=${name}]`)?.toggleAttribute("hidden", !isOffered(client.state()));
  };
  client.on("roomChanged", (key) => key === client.shown && paint());
  client.on("shown", paint);
  paint();
  attach(menu, byId("room-more", HTMLElement));
}

/** @param {HTMLElement} menu @param {import("../state/types.js").RoomState} state */
function offer(menu, state) {
  const { room } = state;
  const between = room !== null && isDirect(room);
  byId("invite", HTMLElement).hidden = !room?.role || between;
  part(menu, "[data-act=invite]", HTMLElement).hidden = !room?.role || between;
  part(menu, "[data-act=settings]", HTMLElement).hidden = between || myRank(state) < 1;
  part(menu, "[data-act=leave]", HTMLElement).hidden = !room?.role || room.lounge || partner(state) !== null;
  part(menu, "[data-act=close]", HTMLElement).hidden = !room?.role || !between;
  for (const act of ["archive", "delete"])
    part(menu, `[data-act=${act}]`, HTMLElement).hidden =
      !room || between || room.lounge || myRank(state) < 1 || (act === "archive" && Boolean(room.archived));
  part(menu, "[data-act=restore]", HTMLElement).hidden = !room?.archived || myRank(state) < 1;
  part(menu, "[data-act=copy]", HTMLElement).hidden = between;
}
