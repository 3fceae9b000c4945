/** Wires the way in on a page without talk: the invite to a private room. */

import { startEnter } from "./chat/views/enter.js";

const form = document.querySelector(".enter-form");
if (form instanceof HTMLFormElement) startEnter(form);
