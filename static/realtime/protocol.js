/** parlor.v1: its numbers, its errors, its frames. */

/** @import {Problem, WireError} from "./types.js" */

export const SUBPROTOCOL = "parlor.v1";
export const VERSION = 1;

/** The close code of this side. */
export const CLOSED_HERE = 1000;
/** The close code that asks for a new token. */
export const TOKEN = 4001;
export const UNKNOWN_METHOD = -32601;

/** The server said no, or nothing in time (504 "timeout"). */
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

/** The line closed before the answer came: whether the request was carried out is not known. */
export class ConnectionLost extends Error {
  /** @param {number} code close code; 1000 when this side closed it or it was not there */
  constructor(code) {
    super(`connection lost (${code})`);
    this.name = "ConnectionLost";
    this.code = code;
  }
}

/** 4500 to 4999: do not come back. @param {number} code @returns {boolean} */
export function isTerminal(code) {
  return code >= 4500 && code <= 4999;
}

/** @param {object} message @returns {string} */
export function encode(message) {
  return JSON.stringify({ jsonrpc: "2.0", ...message });
}
