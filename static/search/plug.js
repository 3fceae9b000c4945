/** Plug of the search. */

/** @import {Plug} from "../chat/client/plugs.js" */

import { paletteLabel, SearchPanel } from "./views/panel.js";

/** @type {Plug} */
export const search = {
  name: "search",
  start(page) {
    if (!page.client.me) return {};
    const panel = new SearchPanel(page);
    panel.start();
    return {
      roomActions: () => ({ search: { act: () => panel.openInRoom(), isOffered: ({ room }) => room !== null } }),
      paletteActions: (text) => [{ label: paletteLabel(text), act: () => panel.open(text.trim() || undefined) }],
    };
  },
};
