/** The directory requests the names of people who are known by id only, at most once a frame. */

/** @import {Client} from "./client.js" */

const AT_ONCE = 100;

/** @param {Client} client */
export function startDirectory(client) {
  let asking = false;
  const ask = async (/** @type {string} */ key) => {
    const ids = client.state(key).unknown.slice(0, AT_ONCE);
    const answer = await client.connection.request("people.read", { ids }).catch(() => null);
    asking = false;
    if (answer) client.dispatch(key, { type: "people", ids, people: answer.people });
  };
  const look = (/** @type {string} */ key) => {
    if (asking || client.connection.state.name !== "ready" || client.state(key).unknown.length === 0) return;
    asking = true;
    requestAnimationFrame(() => ask(key));
  };
  client.on("roomChanged", look);
  client.connection.on("greeted", () => look(client.shown));
}
