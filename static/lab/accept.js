/** Computes `Sec-WebSocket-Accept` from `Sec-WebSocket-Key` (RFC 6455, 4.2.2). SHA-1 follows RFC 3174, because plain http has no SubtleCrypto. */

export const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Return the steps for a key. @param {string} key */
export function accept(key) {
  const joined = key + GUID;
  const digest = sha1(new TextEncoder().encode(joined));
  return { joined, digest, accept: btoa(String.fromCharCode(...digest)) };
}

/** Return how many bytes a key decodes to, or null if it is not base64. @param {string} key */
export function keyBytes(key) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(key)) return null;
  return atob(key).length;
}

/** @param {Uint8Array} message @returns {Uint8Array} 20 bytes */
export function sha1(message) {
  const blocks = new DataView(new ArrayBuffer((((message.length + 8) >> 6) << 6) + 64));
  message.forEach((byte, place) => blocks.setUint8(place, byte));
  blocks.setUint8(message.length, 0x80);
  blocks.setUint32(blocks.byteLength - 4, message.length * 8);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let start = 0; start < blocks.byteLength; start += 64) mix(state, blocks, start);
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, place) => digest.setUint32(place * 4, word));
  return new Uint8Array(digest.buffer);
}

/** Mix one block of 64 bytes into the state. @param {number[]} state @param {DataView} blocks @param {number} start */
function mix(state, blocks, start) {
  const words = Array.from({ length: 16 }, (_, place) => blocks.getUint32(start + place * 4));
  let [a, b, c, d, e] = state;
  for (let t = 0; t < 80; t += 1) {
    if (t > 15) words[t] = rotated(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    const [f, k] = ROUNDS[Math.floor(t / 20)];
    const next = (rotated(a, 5) + f(b, c, d) + e + k + words[t]) | 0;
    [a, b, c, d, e] = [next, a, rotated(b, 30), c, d];
  }
  for (const [place, word] of [a, b, c, d, e].entries()) state[place] = (state[place] + word) | 0;
}

/** @type {[(b: number, c: number, d: number) => number, number][]} */
const ROUNDS = [
  [(b, c, d) => (b & c) | (~b & d), 0x5a827999],
  [(b, c, d) => b ^ c ^ d, 0x6ed9eba1],
  [(b, c, d) => (b & c) | (b & d) | (c & d), 0x8f1bbcdc],
  [(b, c, d) => b ^ c ^ d, 0xca62c1d6],
];

/** @param {number} word @param {number} bits */
function rotated(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}
