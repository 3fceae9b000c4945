/** Durable requests whose answer the caller waits for. */

/** @import {Connection} from "../../realtime/connection.js" */

import { randomId } from "../../realtime/ids.js";
import { ConnectionLost } from "../../realtime/protocol.js";

/** @param {Connection} connection @returns {Promise<void>} resolves when the connection is ready */
export function ready(connection) {
  if (connection.state.name === "ready") return Promise.resolve();
  return new Promise((resolve) => {
    const stop = connection.on("greeted", () => resolve(stop()));
  });
}

/**
 * Send a durable request and return its answer. It is sent again on each new connection, under the same cid.
 * @param {Connection} connection @param {string} method @param {Record<string, any>} params @returns {Promise<any>}
 */
export async function answerOf(connection, method, params) {
  const request = { ...params, cid: randomId() };
  for (;;) {
    try {
      return await connection.request(method, request);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      await ready(connection);
    }
  }
}
