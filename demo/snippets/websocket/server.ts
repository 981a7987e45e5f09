import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

const sockets = new Set<Duplex>();
const TEXT = 0x81; // the last frame of a message, of text
const MASKED = 0x80;

export const server = createServer((_request, response) => {
  response.writeHead(426).end('Come with a WebSocket.');
});

server.on('upgrade', ({ headers }, socket) => {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  socket.write(`Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
  sockets.add(socket);
  socket.on('data', (frame) => {
    const [first, second = 0] = frame;
    // Whole, short text frames only. Long ones, fragments, pings, two frames at once, limits: use a package such as ws.
    if (first !== TEXT || second - MASKED !== frame.length - 6) {
      socket.end();
      return;
    }
    const mask = frame.subarray(2, 6);
    const text = frame.subarray(6).map((byte: number, index: number) => byte ^ mask[index % 4]);
    publish(Buffer.from(text).toString());
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
});

export function publish(message: string): void {
  const text = Buffer.from(message);
  if (text.length > 125) throw new RangeError('A longer text needs a longer header.');
  const frame = Buffer.from([TEXT, text.length, ...text]);
  for (const socket of sockets) socket.write(frame);
}
