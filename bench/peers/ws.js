// The room on ws: what one says goes to everybody.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096 });
server.on("connection", (socket) => {
  socket.on("message", (data, binary) => {
    for (const reader of server.clients) reader.send(data, { binary });
  });
});
