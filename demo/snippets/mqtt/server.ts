import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

// The least that a broker does: clean sessions, quality of service 0, no wildcards, one short packet in a message.
// For real: mosquitto, EMQX, RabbitMQ and others, which keep sessions and acknowledge.
export const server = createServer();

const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const PING = 12;
const subscribers = new Map<WebSocket, string>();

const webSockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt', maxPayload: 127 });
webSockets.on('connection', (socket) => {
  socket.on('close', () => subscribers.delete(socket));
  socket.on('message', (data) => {
    const packet = data as Buffer;
    const type = packet.readUInt8(0) >> 4;
    if (type === CONNECT) socket.send(Buffer.from([0x20, 2, 0, 0])); // CONNACK: accepted
    if (type === PING) socket.send(Buffer.from([0xd0, 0])); // PINGRESP
    if (type === SUBSCRIBE) {
      const length = packet.readUInt16BE(4);
      subscribers.set(socket, packet.toString('utf8', 6, 6 + length));
      socket.send(Buffer.from([0x90, 3, packet.readUInt8(2), packet.readUInt8(3), 0])); // SUBACK
    }
    if (type === PUBLISH) forward(packet);
  });
});

function forward(packet: Buffer): void {
  const topic = packet.toString('utf8', 4, 4 + packet.readUInt16BE(2));
  for (const [socket, wanted] of subscribers) if (wanted === topic) socket.send(packet);
}

export function publish(message: string): void {
  const topic = 'news';
  const length = 2 + topic.length + Buffer.byteLength(message);
  if (length > 127) throw new RangeError('A longer packet needs a longer length.');
  forward(Buffer.concat([Buffer.from([PUBLISH << 4, length, 0, topic.length]), Buffer.from(topic + message)]));
}
