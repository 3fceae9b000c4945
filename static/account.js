/** Pages of one's account: a password that is being typed may be looked at. */

import { startReveals } from "./chat/reveal.js";

startReveals(document.body);
