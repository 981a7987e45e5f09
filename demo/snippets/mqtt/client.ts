const CONNACK = 2;
const PUBLISH = 3;
const bytes = (text: string) => [...new TextEncoder().encode(text)];
/** A text with its length before it, in two bytes. */
const counted = (text: string) => [0, text.length, ...bytes(text)];
/** A control packet of less than 128 bytes. */
const packet = (first: number, body: readonly number[]) => Uint8Array.from([first, body.length, ...body]);

export function listen(show: (message: string) => void): void {
  const socket = new WebSocket(location.href.replace(/^http/, 'ws'), 'mqtt');
  socket.binaryType = 'arraybuffer';
  const cleanSession = 2;
  const keepAliveSeconds = 30;
  socket.onopen = () => {
    const id = crypto.getRandomValues(new Uint32Array(1)).join();
    socket.send(packet(0x10, [...counted('MQTT'), 4, cleanSession, 0, keepAliveSeconds, ...counted(id)]));
    const timer = setInterval(() => socket.send(packet(0xc0, [])), keepAliveSeconds * 500); // PINGREQ
    socket.onclose = () => clearInterval(timer);
  };
  socket.onmessage = ({ data }) => {
    const received = new Uint8Array(data);
    const type = (received[0] ?? 0) >> 4;
    if (type === CONNACK) socket.send(packet(0x82, [0, 1, ...counted('news'), 0])); // SUBSCRIBE, packet 1
    if (type === PUBLISH) show(new TextDecoder().decode(received.subarray(4 + (received[3] ?? 0))));
  };
}
