import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Piece } from '../../demo/site/words/capture.js';

/** A bare proxy that writes down all bytes, as the demo's server captures those of a lane. */
export interface Recorder {
  readonly port: number;
  readonly pieces: readonly Piece[];
  close(): Promise<void>;
}

/** Starts a recorder before a port of 127.0.0.1. */
export async function recordBefore(target: number): Promise<Recorder> {
  const pieces: Piece[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const startedAt = performance.now();
  const server = createServer((near) => {
    connections += 1;
    const connection = connections;
    const far = connect(target, '127.0.0.1');
    const add = (what: Piece['what'], bytes: Buffer) => {
      const at = Math.round(performance.now() - startedAt);
      pieces.push({ number: pieces.length + 1, connection, at, what, bytes: bytes.toString('base64') });
    };
    near.on('data', (bytes) => add('up', bytes)).on('error', () => far.destroy());
    far.on('data', (bytes) => add('down', bytes)).on('error', () => near.destroy());
    near.once('close', () => add('close', Buffer.alloc(0)));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    pieces,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
