import { createServer, type RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server that listens on a free port of 127.0.0.1. */
export interface Listening {
  readonly server: Server;
  readonly port: number;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Cuts every connection, streams and upgraded sockets included, as a crash would; the server goes on. */
  cut(): void;
  /** Cuts every connection and ends the server. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts a server, or a server for a request handler. With a `port`, as if the one that was there had come back. */
export async function listen(target: Server | RequestListener, port = 0): Promise<Listening> {
  const server = target instanceof Server ? target : createServer(target);
  // `closeAllConnections` forgets the sockets that were upgraded.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    server,
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
