// The room on Socket.IO, over WebSocket from the first byte.
const { createServer } = require("http");
const { Server } = require("socket.io");

const web = createServer();
const io = new Server(web, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("m", (text) => io.to("room").emit("m", text));
});
web.listen(Number(process.argv[2]), "127.0.0.1", 4096);
