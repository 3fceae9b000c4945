/** Loop of the tutorial: an update is sent only when nothing waits. */

/** Send one update, or skip it. @param {{bufferedAmount: number, send: (data: string) => void}} socket @param {() => string} getUpdateData @param {{sent: number, skipped: number}} counts */
export function update(socket, getUpdateData, counts) {
  if (socket.bufferedAmount === 0) {
    socket.send(getUpdateData());
    counts.sent += 1;
  } else counts.skipped += 1;
}
