// Tells the benchmark when a handler was called, as the connector noop does: "<id> <nanoseconds of the monotonic clock>" to a UDP
// port of this machine.
import { createSocket } from "node:dgram";
import { once } from "node:events";

export async function openMarks(port) {
  const socket = createSocket("udp4");
  socket.connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  return (id, called) => socket.send(`${id} ${called}`);
}
