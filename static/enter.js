/** Entry form on the page of an invite to a private room. */

import { startEnter } from "./chat/views/enter.js";

const form = document.querySelector(".enter-form");
if (form instanceof HTMLFormElement) startEnter(form);
