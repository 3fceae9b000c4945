/** Random ids from getRandomValues, which plain http has, too. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** @param {number} [length] @returns {string} 6 random bits a character; 22 of them are unique in practice */
export function randomId(length = 22) {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte & 63]).join("");
}
