/** Tries every member of the tutorial's IDL, as rows `[idl, what was seen, whether it is as the IDL says]`. */

/** @typedef {[idl: string, seen: string, right: boolean]} Row */

const MOST = "字".repeat(41);

/** Return the name of the error that a call throws, or "". @param {() => unknown} act */
function thrown(act) {
  try {
    act();
    return "";
  } catch (error) {
    return error instanceof Error || error instanceof DOMException ? error.name : String(error);
  }
}

/** @param {EventTarget} target @param {string} name @returns {Promise<any>} */
function once(target, name) {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
}

/** Return each `readyState` from the constructor to the end. @param {string} url @param {(state: number) => void} told */
export async function states(url, told) {
  const socket = new WebSocket(url, ["lab.v1"]);
  const seen = [socket.readyState];
  told(socket.readyState);
  const early = thrown(() => socket.send("too early"));
  await once(socket, "open");
  seen.push(socket.readyState);
  told(socket.readyState);
  const closing = once(socket, "close");
  socket.close(1000, "seen");
  seen.push(socket.readyState);
  told(socket.readyState);
  const event = await closing;
  seen.push(socket.readyState);
  told(socket.readyState);
  return { socket, seen, early, event };
}

/** Return `bufferedAmount` after the close: it grows with every send, and nothing is sent. @param {WebSocket} closed */
export function buffered(closed) {
  const amounts = [closed.bufferedAmount];
  for (const text of ["你好", "你好"]) {
    closed.send(text);
    amounts.push(closed.bufferedAmount);
  }
  return amounts;
}

/** @param {WebSocket} socket @param {string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>} data */
async function returned(socket, data) {
  const message = once(socket, "message");
  socket.send(data);
  return (await message).data;
}

/** @returns {Generator<Row>} */
function* constants() {
  for (const [value, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) {
    const found = [Reflect.get(WebSocket, name), Reflect.get(WebSocket.prototype, name)];
    yield [`const unsigned short ${name} = ${value}`, found.join(", "), found.every((each) => each === value)];
  }
}

/** @param {string} url @returns {Generator<Row>} */
function* constructing(url) {
  const refused = {
    "ftp:": () => new WebSocket("ftp://example.com/"),
    "#fragment": () => new WebSocket(`${url}#fragment`),
    '["a", "a"]': () => new WebSocket(url, ["a", "a"]),
    '"a b"': () => new WebSocket(url, "a b"),
  };
  for (const [what, act] of Object.entries(refused)) {
    const name = thrown(act);
    yield [`constructor(${what})`, name, name === "SyntaxError"];
  }
  const http = thrown(() =>
    new WebSocket(url.replace(/^ws/, "http"), ["lab.v1"]).addEventListener("open", function () {
      this.close();
    }),
  );
  yield ["constructor(http:)", http || "OPEN", ["", "SyntaxError"].includes(http)];
}

/** @param {string} url @param {(state: number) => void} told @returns {AsyncGenerator<Row>} */
async function* lived(url, told) {
  const { socket, seen, early, event } = await states(url, told);
  const amounts = buffered(socket);
  yield ["constructor(USVString url, protocols)", String(socket), socket instanceof EventTarget];
  yield ["readonly attribute USVString url", socket.url, socket.url === url];
  yield ["readonly attribute unsigned short readyState", seen.join(" → "), seen.join() === "0,1,2,3"];
  yield ["send(), CONNECTING", early, early === "InvalidStateError"];
  yield ["readonly attribute unsigned long long bufferedAmount", amounts.join(" → "), amounts[2] - amounts[0] === 12];
  yield [
    "readonly attribute DOMString extensions",
    JSON.stringify(socket.extensions),
    typeof socket.extensions === "string",
  ];
  yield ["readonly attribute DOMString protocol", JSON.stringify(socket.protocol), socket.protocol === "lab.v1"];
  yield ["undefined close(code, reason)", `${event.code} ${event.reason}`, event instanceof CloseEvent];
  yield ["readonly attribute boolean wasClean", String(event.wasClean), event.wasClean === true];
}

/** @param {string} url @returns {AsyncGenerator<Row>} */
async function* closing(url) {
  const socket = new WebSocket(url);
  await once(socket, "open");
  /** @type {[string, number, string, string][]} */
  const tries = [
    ["close(1001)", 1001, "", "InvalidAccessError"],
    ["close(2999)", 2999, "", "InvalidAccessError"],
    ["[Clamp] close(-1)", -1, "", "InvalidAccessError"],
    ["[Clamp] close(1e9)", 1e9, "", "InvalidAccessError"],
    ["close(1000, 42 × 字 = 126)", 1000, `${MOST}字`, "SyntaxError"],
    ["[Clamp] close(3000.5, 41 × 字 = 123)", 3000.5, MOST, ""],
  ];
  for (const [idl, code, reason, expected] of tries) {
    const name = thrown(() => socket.close(code, reason));
    yield [idl, name || "✓", name === expected];
  }
}

/** @param {string} url @returns {AsyncGenerator<Row>} */
async function* messaging(url) {
  const socket = new WebSocket(url);
  const heard = { onopen: 0, onmessage: 0, onclose: 0 };
  socket.onopen = () => (heard.onopen += 1);
  socket.onmessage = () => (heard.onmessage += 1);
  socket.onclose = () => (heard.onclose += 1);
  await once(socket, "open");
  const bytes = new Uint8Array([1, 2, 3]);
  yield ['attribute BinaryType binaryType = "blob"', socket.binaryType, socket.binaryType === "blob"];
  const blob = await returned(socket, new Blob([bytes]));
  yield ["send(Blob)", String(blob), blob instanceof Blob && blob.size === 3];
  Reflect.set(socket, "binaryType", "nonsense");
  socket.binaryType = "arraybuffer";
  yield ['enum BinaryType { "blob", "arraybuffer" }', socket.binaryType, socket.binaryType === "arraybuffer"];
  for (const [name, data] of /** @type {[string, any][]} */ ([
    ["ArrayBuffer", bytes.buffer],
    ["Uint8Array", bytes],
  ])) {
    const back = await returned(socket, data);
    yield [`send(BufferSource: ${name})`, String(back), back instanceof ArrayBuffer && back.byteLength === 3];
  }
  const text = await returned(socket, "你好");
  yield ["send(USVString)", text, text === "你好"];
  const lone = await returned(socket, "\ud800");
  yield ["send(USVString: \\ud800)", lone, lone === "\ufffd"];
  const end = once(socket, "close");
  socket.close();
  await end;
  for (const [name, times] of Object.entries(heard)) yield [`attribute EventHandler ${name}`, `${times} ×`, times > 0];
}

/** @param {string} refused a route that refuses @returns {AsyncGenerator<Row>} */
async function* failing(refused) {
  const socket = new WebSocket(refused);
  let errors = 0;
  socket.onerror = () => (errors += 1);
  const event = await once(socket, "close");
  yield ["attribute EventHandler onerror", `${errors} ×`, errors === 1];
  yield ["CloseEvent, refused", `${event.code} ${event.wasClean}`, event.code === 1006 && !event.wasClean];
}

/** @returns {Generator<Row>} */
function* events() {
  const bare = new CloseEvent("close");
  yield ["constructor(DOMString type)", bare.type, bare instanceof Event];
  yield ["boolean wasClean = false", String(bare.wasClean), bare.wasClean === false];
  yield ["unsigned short code = 0", String(bare.code), bare.code === 0];
  yield ['USVString reason = ""', JSON.stringify(bare.reason), bare.reason === ""];
  const full = new CloseEvent("close", { wasClean: true, code: 4001, reason: "理由" });
  yield [
    "CloseEventInit",
    `${full.wasClean} ${full.code} ${full.reason}`,
    full.wasClean && full.code === 4001 && full.reason === "理由",
  ];
}

/** @param {URL} script @returns {AsyncGenerator<Row>} */
async function* exposed(script) {
  yield ["[Exposed=Window]", typeof WebSocket, typeof WebSocket === "function"];
  const worker = new Worker(script, { type: "module" });
  const { data } = await once(worker, "message");
  worker.terminate();
  yield ["[Exposed=Worker]", data, data === "function"];
}

/** Yield the rows of all members. @param {{url: string, refused: string, worker: URL, told: (state: number) => void}} given @returns {AsyncGenerator<Row>} */
export async function* examined({ url, refused, worker, told }) {
  yield* lived(url, told);
  yield* constants();
  yield* constructing(url);
  yield* messaging(url);
  yield* closing(url);
  yield* failing(refused);
  yield* events();
  yield* exposed(worker);
}
