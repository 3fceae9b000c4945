/** Page of live numbers: a connection that opens no room, the numbers, the board. */

import { freshToken } from "../chat/client/token.js";
import { byId } from "../chat/ui/dom.js";
import { learn, say } from "../chat/ui/words.js";
import { Connection } from "../realtime/connection.js";
import { VERSION } from "../realtime/protocol.js";
import { Board } from "./board.js";
import { Watch } from "./watch.js";

/** @param {string} id */
const json = (id) => JSON.parse(byId(id, HTMLScriptElement).text);

learn(json("words"));
const boot = json("boot");
const page = byId("live", HTMLElement);
const chip = byId("chip", HTMLElement);
const hello = () => ({ v: VERSION, token: boot.token, rooms: {} });
const connection = new Connection({ url: boot.socket, hello, refreshToken: () => freshToken(boot.user) });
const watch = new Watch(connection);
const board = new Board();

/** @param {string} word @param {boolean} live */
function tell(word, live) {
  chip.textContent = say(word);
  page.dataset.state = live ? "live" : "still";
}

watch.on("read", (told) => {
  page.dataset.read = "";
  board.show(told);
  tell("live.chip.live", true);
});
watch.on("aged", (old) => old && tell("live.chip.old", false));
watch.on("refused", () => tell("live.chip.old", false));
connection.on("stateChanged", ({ name }) => name === "waiting" && tell("live.chip.waiting", false));
connection.on("stopped", () => tell("live.chip.stopped", false));
watch.start();
connection.start();
