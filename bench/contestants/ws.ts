import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Contestant, Served, ServerSetting } from '../contestant.js';
import { webSocketCaller } from '../wire/callers.js';
import { webSocketReader } from '../wire/streams.js';
import { Audiences } from './audiences.js';
import { end, host } from './host.js';
import { ofPackage } from './packages.js';

/** A text frame of the server (RFC 6455, section 5.2), made once for everybody. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = 0x81;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/**
 * Compression is off, as ws has it by default and its README recommends ("perMessageDeflate … adds a significant overhead");
 * no tracking of clients, as the channels do it; and the frame is built once, which is the least that ws can be made to do. With
 * `send`, each client is sent the text, as that README has it.
 */
async function serve({ port, settings: { send = 0 } }: ServerSetting): Promise<Served> {
  const { WebSocketServer } = await import('ws');
  const audiences = new Audiences<Duplex>();
  const clients = new Audiences<WebSocket>();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      const channel = new URL(request.url ?? '', 'ws://host').pathname.slice(1);
      client.once('close', send > 0 ? clients.join(channel, client) : audiences.join(channel, socket));
      client.on('message', (data, binary) => client.send(data, { binary }));
      client.on('error', () => client.terminate());
    });
  });
  return {
    port: await host(server, port),
    publish: (channel, text) => {
      for (const client of clients.of(channel)) client.send(text);
      const frame = frameOf(text);
      for (const socket of audiences.of(channel)) socket.write(frame);
    },
    stop: () => end(server),
  };
}

/** A control: the least that brings a message to everybody over WebSocket. */
export const ws: Contestant = {
  name: 'ws',
  kind: 'control',
  technique: 'websocket',
  ...ofPackage('ws'),
  further: ['send'],
  remembers: false,
  serve,
  read: webSocketReader({ target: ({ channel }) => `/${channel}` }),
  call: webSocketCaller({
    target: () => '/call',
    wrap: (text) => text,
    unwrap: (message) => message,
  }),
};
