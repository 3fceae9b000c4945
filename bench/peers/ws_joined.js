// The room on ws, as a careful author would have it: what one turn of the event loop has for a reader is written at once.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
const held = new Set();

function release() {
  for (const stream of held) stream.uncork();
  held.clear();
}

server.on("connection", (socket, request) => {
  socket.stream = request.socket;
  socket.on("message", (data, binary) => {
    if (held.size === 0) setImmediate(release);
    for (const reader of server.clients) {
      if (!held.has(reader.stream)) held.add(reader.stream.cork() ?? reader.stream);
      reader.send(data, { binary });
    }
  });
});
