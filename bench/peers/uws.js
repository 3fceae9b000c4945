// The room on µWebSockets.js: one topic. It joins what a turn of its loop has by itself.
const { App } = require("uwebsockets");

const app = App();
app
  .ws("/*", {
    maxBackpressure: 64 * 1024 * 1024,
    idleTimeout: 120,
    open: (socket) => socket.subscribe("room"),
    message: (socket, data, binary) => app.publish("room", data, binary),
  })
  .listen("127.0.0.1", Number(process.argv[2]), (listening) => listening || process.exit(1));
