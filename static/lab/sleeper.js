/** Worker that asks for a flood and reads nothing, because it is busy. First it tells whether it has a WebSocket at all. */

/** @param {number} ms */
function busy(ms) {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

postMessage(typeof WebSocket);

self.onmessage = ({ data }) => {
  const socket = new WebSocket(data.address);
  let bytes = 0;
  socket.onopen = () => {
    socket.send("flood");
    busy(data.ms);
  };
  socket.onmessage = (event) => {
    bytes += event.data.length;
    if (event.data.startsWith("no flood")) postMessage({ said: event.data });
  };
  socket.onclose = ({ code, reason }) => postMessage({ code, reason, bytes });
};
