/** Protocol parlor.v1: its numbers, errors and frames. */

/** @import {Problem, WireError} from "./types.js" */

export const SUBPROTOCOL = "parlor.v1";
export const VERSION = 1;

/** Close code of this side. */
export const CLOSED_HERE = 1000;
/** Close code of the server when it needs a new token. */
export const TOKEN = 4001;
export const UNKNOWN_METHOD = -32601;

/** The server refused the request, or did not answer in time (504 "timeout"). */
export class RequestError extends Error {
  /** @param {WireError} error */
  constructor(error) {
    super(error.message);
    this.name = "RequestError";
    this.code = error.code;
    /** @type {Problem} */
    this.data = error.data ?? { type: error.message, status: error.code };
    this.type = this.data.type;
  }
}

/** The connection closed before the answer arrived. Nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  /** @param {number} code close code; 1000 when this side closed it or there was none */
  constructor(code) {
    super(`connection lost (${code})`);
    this.name = "ConnectionLost";
    this.code = code;
  }
}

/** Return whether the close code forbids reconnecting: 4500 to 4999. @param {number} code @returns {boolean} */
export function isTerminal(code) {
  return code >= 4500 && code <= 4999;
}

/** @param {object} message @returns {string} */
export function encode(message) {
  return JSON.stringify({ jsonrpc: "2.0", ...message });
}
